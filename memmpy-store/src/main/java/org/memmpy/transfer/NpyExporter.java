// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.format.NpyHeader;
import org.memmpy.os.Disk;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RowLease;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Writes an array as an {@code .npy} file of NumPy's version 1, for use without the store. */
public final class NpyExporter implements Exporter {
    private static final long PIECE_BYTES = 1 << 20;

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
        boolean complete = false;
        try (RowLease lease = array.lease();
                Disk.DiskFile out = Disk.REAL.create(target)) {
            try {
                long rows = lease.firstRow(lease.parts());
                out.write(ByteBuffer.wrap(NpyHeader.encode(array.rowType(), rows)), 0);
                long position = NpyHeader.BYTES;
                for (int part = 0; part < lease.parts(); part++) {
                    position = write(lease.segment(part), out, position);
                }
                complete = true;
            } finally {
                if (!complete) {
                    Disk.REAL.delete(target);
                }
            }
        }
    }

    /** {@return the position behind what was written} */
    private static long write(MemorySegment rows, Disk.DiskFile out, long position)
            throws IOException {
        for (long at = 0; at < rows.byteSize(); at += PIECE_BYTES) {
            long length = Math.min(PIECE_BYTES, rows.byteSize() - at);
            out.write(rows.asSlice(at, length).asByteBuffer(), position + at);
        }
        return position + rows.byteSize();
    }
}
