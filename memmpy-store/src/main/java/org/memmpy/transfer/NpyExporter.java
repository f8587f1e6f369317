// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.format.NpyHeader;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RowLease;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

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
                FileChannel out =
                        FileChannel.open(
                                target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            try {
                MemorySegment rows = lease.segment();
                long count = rows.byteSize() / array.rowType().bytes();
                writeAll(out, ByteBuffer.wrap(NpyHeader.encode(array.rowType(), count)));
                for (long at = 0; at < rows.byteSize(); at += PIECE_BYTES) {
                    long length = Math.min(PIECE_BYTES, rows.byteSize() - at);
                    writeAll(out, rows.asSlice(at, length).asByteBuffer());
                }
                complete = true;
            } catch (ClosedChannelException e) {
                throw e;
            } catch (IOException e) {
                // the system's words do not name the file
                throw new IOException(
                        target
                                + ": it could not be written: "
                                + e.getMessage()
                                + ". Look for a full disk, a quota or a limit on file sizes, and try"
                                + " again",
                        e);
            } finally {
                if (!complete) {
                    Files.deleteIfExists(target);
                }
            }
        }
    }

    private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
