// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.RowType;
import org.memmpy.format.NpyHeader;
import org.memmpy.os.Disk;
import org.memmpy.store.MappedArray;
import org.memmpy.store.MaskedArray;
import org.memmpy.store.RowLease;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Writes an array as an {@code .npy} file of NumPy's version 1, for use without the store. */
public final class NpyExporter implements Exporter {
    private static final long BLOCK_BYTES = 1 << 20;

    /** For {@link java.util.ServiceLoader}. */
    public NpyExporter() {}

    @Override
    public String format() {
        return ".npy";
    }

    @Override
    public boolean accepts(Path target) {
        return NpyImporter.lowerName(target).endsWith(".npy");
    }

    @Override
    public void write(MappedArray array, Path target) throws IOException {
        try (RowLease lease = array.lease()) {
            long rows = lease.firstRow(lease.parts());
            NewFile.write(
                    target,
                    out -> {
                        long[] end = {header(out, array.rowType(), rows)};
                        new RowPieces()
                                .copy(
                                        "array '" + array.path() + "'",
                                        lease,
                                        bytes -> end[0] = append(out, bytes, end[0]));
                    });
        }
    }

    @Override
    public void write(MaskedArray array, Number fill, Path target) throws IOException {
        RowType type = array.rowType();
        long rows = array.rows();
        long blockRows = Math.max(1, BLOCK_BYTES / type.bytes());
        NewFile.write(
                target,
                out -> {
                    long end = header(out, type, rows);
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment block =
                                arena.allocate(Math.min(rows, blockRows) * type.bytes());
                        for (long row = 0; row < rows; row += blockRows) {
                            long count = Math.min(blockRows, rows - row);
                            MemorySegment some = block.asSlice(0, count * type.bytes());
                            if (fill instanceof Double || fill instanceof Float) {
                                array.read(row, some, fill.doubleValue());
                            } else {
                                array.read(row, some, fill.longValue());
                            }
                            for (long at = 0; at < some.byteSize(); at += BLOCK_BYTES) {
                                long length = Math.min(BLOCK_BYTES, some.byteSize() - at);
                                end = append(out, some.asSlice(at, length).asByteBuffer(), end);
                            }
                        }
                    }
                });
    }

    /** {@return where the rows begin} */
    private static long header(Disk.DiskFile out, RowType type, long rows) throws IOException {
        out.write(ByteBuffer.wrap(NpyHeader.encode(type, rows)), 0);
        return NpyHeader.BYTES;
    }

    /** {@return the position behind what was written} */
    private static long append(Disk.DiskFile out, ByteBuffer bytes, long position)
            throws IOException {
        int length = bytes.remaining();
        out.write(bytes, position);
        return position + length;
    }
}
