// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.NodeKind;
import org.memmpy.format.BlockChecksums;
import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;
import org.memmpy.os.MapArena;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
        MapArena maps = new MapArena();
        StoreFiles files = new StoreFiles.InDirectory(store);
        Rows rows = new Rows(files, where, array, maps, null);
        try (RowLease lease = rows.lease();
                Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(BlockChecksums.BLOCK);
            List<Manifest.Part> parts =
                    array.parts().stream().filter(part -> part.rows() > 0).toList();
            for (int part = 0; part < parts.size(); part++) {
                copy(parts.get(part), lease.segment(part), block, target);
            }
            appendZeros(block, target);
        } finally {
            rows.retire();
            maps.release();
        }
    }

    private void copy(Manifest.Part part, MemorySegment source, MemorySegment block, Target target)
            throws IOException {
        ByteBuffer sums = sums(part, source.byteSize());
        for (long at = 0; at < source.byteSize(); at += BlockChecksums.BLOCK) {
            long length = Math.min(BlockChecksums.BLOCK, source.byteSize() - at);
            MemorySegment bytes = block.asSlice(0, length);
            try {
                bytes.copyFrom(source.asSlice(at, length));
            } catch (InternalError e) {
                throw damaged(part, at, "it could not be read");
            }
            if (sums != null) {
                long expected =
                        length < BlockChecksums.BLOCK
                                ? part.tail()
                                : Integer.toUnsignedLong(sums.getInt());
                if (BlockChecksums.of(bytes.asByteBuffer()) != expected) {
                    throw damaged(part, at, "its checksum differs");
                }
            }
            if (length == BlockChecksums.BLOCK && BlockChecksums.isZeros(bytes.asByteBuffer())) {
                zeros += length;
            } else if (zeros == 0) {
                append(bytes, target);
            } else {
                try (Arena arena = Arena.ofConfined()) { // the block is used for zeros meanwhile
                    MemorySegment copy = arena.allocate(length).copyFrom(bytes);
                    appendZeros(block, target);
                    append(copy, target);
                }
            }
        }
    }

    private void append(MemorySegment bytes, Target target) throws IOException {
        target.append(bytes);
        appended += bytes.byteSize();
    }

    /** Whole rows of zeros are reserved, so that nothing is written; the bytes around them are. */
    private void appendZeros(MemorySegment block, Target target) throws IOException {
        long row = array.type().bytes();
        long begun = appended % row;
        appendZeros(block, Math.min(zeros, begun == 0 ? 0 : row - begun), target);
        long rows = zeros / row;
        if (rows > 0 && target.reserve(rows)) {
            appended += rows * row;
            zeros -= rows * row;
        }
        appendZeros(block, zeros, target);
    }

    private void appendZeros(MemorySegment block, long count, Target target) throws IOException {
        for (long left = count; left > 0; ) {
            MemorySegment some = block.asSlice(0, Math.min(left, block.byteSize())).fill((byte) 0);
            append(some, target);
            left -= some.byteSize();
        }
        zeros -= count;
    }

    /** {@return the checksums of the full blocks; null for a part without} */
    private ByteBuffer sums(Manifest.Part part, long bytes) throws IOException {
        if (part.tail() == Manifest.Part.UNCHECKED) {
            return null;
        }
        long blocks = bytes / BlockChecksums.BLOCK;
        byte[] words = new byte[0];
        try {
            if (blocks > 0) {
                words = Files.readAllBytes(StoreFiles.resolve(store, part.file() + ".crc"));
            }
        } catch (NoSuchFileException e) {
            // told below
        }
        if (words.length / Integer.BYTES < blocks) {
            throw new CorruptStoreException(
                    "%s: %s.crc has not all checksums of its %,d blocks. Restore it from a copy"
                            .formatted(where, part.file(), blocks));
        }
        return ByteBuffer.wrap(words).order(ByteOrder.LITTLE_ENDIAN);
    }

    private CorruptStoreException damaged(Manifest.Part part, long at, String found) {
        return new CorruptStoreException(
                "%s: damaged file %s, in the 1 MiB of data from byte %,d on: %s. Nothing was changed; restore the file from a copy"
                        .formatted(where, part.file(), at, found));
    }
}
