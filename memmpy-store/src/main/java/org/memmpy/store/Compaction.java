// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.NodeKind;
import org.memmpy.format.BlockChecksums;
import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes one part of several: copies an array's parts, one behind the other, and holds each against
 * its checksums.
 */
final class Compaction {
    /** Takes bytes of rows, in order. */
    interface Target {
        void append(MemorySegment bytes) throws IOException;

        /** {@return whether rows of zeros, behind whole rows, were taken without being written} */
        default boolean reserve(long rows) throws IOException {
            return false;
        }
    }

    private record WriterTarget(StoreWriter writer, String path, long rowBytes, Steps steps)
            implements Target {
        @Override
        public void append(MemorySegment bytes) throws IOException {
            writer.appendToPart(path, bytes);
            steps.advance(bytes.byteSize());
        }

        @Override
        public boolean reserve(long rows) throws IOException {
            writer.reserveInPart(path, rows);
            steps.advance(rows * rowBytes);
            return true;
        }
    }

    private final Path store;
    private final String where;
    private final Manifest.Array array;

    /** Bytes that the target has, without the zeros. */
    private long appended;

    /** Bytes of blocks of zeros that the target has not got yet. */
    private long zeros;

    Compaction(Path store, String path, Manifest.Array array) {
        this.store = store;
        this.where = store + ", array '" + path + "'";
        this.array = array;
    }

    /**
     * Compacts arrays and commits that. Called under the writer's monitor, when nothing is
     * uncommitted; if it fails, nothing is afterwards.
     *
     * @param node that at and below which arrays are compacted
     * @return the manifest that is current afterwards
     */
    static Manifest run(
            StoreWriter writer, Path store, Manifest committed, String node, Progress progress)
            throws IOException {
        List<String> paths = arrays(committed, node);
        Steps steps = new Steps(progress, paths.stream().map(committed.arrays()::get).toList());
        Map<String, Manifest.Array> before = new LinkedHashMap<>();
        boolean complete = false;
        try {
            for (String path : paths) {
                Manifest.Array array = committed.arrays().get(path);
                before.put(path, array);
                writer.reset(path, new Manifest.Array(array.type(), List.of(), array.attributes()));
                new Compaction(store, path, array)
                        .copyTo(new WriterTarget(writer, path, array.type().bytes(), steps));
            }
            Manifest next = writer.commit();
            complete = true;
            return next;
        } finally {
            if (!complete && !writer.hasFailed()) {
                for (Map.Entry<String, Manifest.Array> array : before.entrySet()) {
                    writer.reset(array.getKey(), array.getValue());
                }
            }
        }
    }

    /** {@return the arrays at and below a node that have several parts which can be one} */
    static List<String> arrays(Manifest manifest, String node) {
        List<String> found = new ArrayList<>();
        manifest.arrays()
                .forEach(
                        (path, array) -> {
                            if ((node.isEmpty() || (path + "/").startsWith(node + "/"))
                                    && array.parts().size() > 1
                                    && !isRuns(manifest, path)) {
                                found.add(path);
                            }
                        });
        return found;
    }

    /** Each part of these is sorted in itself. */
    static boolean isRuns(Manifest manifest, String path) {
        return NodeNames.last(path).equals("sorted")
                && manifest.kind(NodeNames.parent(path)) == NodeKind.RAGGED;
    }

    void copyTo(Target target) throws IOException {
        PartBlocks blocks = new PartBlocks(new StoreFiles.InDirectory(store));
        for (Manifest.Part part : array.parts()) {
            if (part.rows() > 0) {
                blocks.read(where, array.type(), part, bytes -> copy(bytes, target));
            }
        }
        appendZeros(target);
    }

    private void copy(ByteBuffer bytes, Target target) throws IOException {
        if (bytes.remaining() == BlockChecksums.BLOCK && BlockChecksums.isZeros(bytes)) {
            zeros += BlockChecksums.BLOCK;
        } else {
            appendZeros(target);
            append(MemorySegment.ofBuffer(bytes), target);
        }
    }

    private void append(MemorySegment bytes, Target target) throws IOException {
        target.append(bytes);
        appended += bytes.byteSize();
    }

    /** Whole rows of zeros are reserved, so that nothing is written; the bytes around them are. */
    private void appendZeros(Target target) throws IOException {
        long row = array.type().bytes();
        long begun = appended % row;
        appendZeros(Math.min(zeros, begun == 0 ? 0 : row - begun), target);
        long rows = zeros / row;
        if (rows > 0 && target.reserve(rows)) {
            appended += rows * row;
            zeros -= rows * row;
        }
        appendZeros(zeros, target);
    }

    private void appendZeros(long count, Target target) throws IOException {
        for (long left = count; left > 0; ) {
            // new each time: a target may write into what it gets
            byte[] some = new byte[(int) Math.min(left, BlockChecksums.BLOCK)];
            append(MemorySegment.ofArray(some), target);
            left -= some.length;
        }
        zeros -= count;
    }
}
