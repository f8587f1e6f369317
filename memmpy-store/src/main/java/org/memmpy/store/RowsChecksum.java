// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.BlockChecksums;
import org.memmpy.format.JoinedChecksum;
import org.memmpy.format.Manifest;
import org.memmpy.kernel.Faults;
import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The CRC-32C of the first rows of an array, made from the checksums that it has. Read are only
 * bytes that no checksum is of alone: those behind the last full block, if the rows end inside a
 * part, and parts without checksums.
 */
final class RowsChecksum {
    private static final int BLOCK = BlockChecksums.BLOCK;
    private static final int PIECE = 64 << 10;
    private static final System.Logger LOG = System.getLogger(RowsChecksum.class.getName());

    private final Rows rows;
    private final long rowBytes;
    private final JoinedChecksum joined = new JoinedChecksum();

    private RowsChecksum(Rows rows) {
        this.rows = rows;
        this.rowBytes = rows.node().type().bytes();
    }

    /**
     * {@return the CRC}
     *
     * @param count at most as many rows as there are
     */
    static int of(Rows rows, long count) {
        RowsChecksum sum = new RowsChecksum(rows);
        for (int part = 0; part < rows.parts() && rows.firstRow(part) < count; part++) {
            sum.add(part, Math.min(count, rows.firstRow(part + 1)) - rows.firstRow(part));
        }
        return sum.joined.value();
    }

    private void add(int index, long count) {
        Manifest.Part part = rows.part(index);
        long bytes = count * rowBytes;
        long full = bytes - bytes % BLOCK;
        if (part.tail() == Manifest.Part.UNCHECKED || !addBlocks(part, full / BLOCK)) {
            addRead(index, 0, bytes);
        } else if (count == part.rows()) {
            joined.add((int) part.tail(), bytes - full);
        } else {
            addRead(index, full, bytes);
        }
    }

    /** {@return false, and nothing is added, if the checksums cannot be read} */
    private boolean addBlocks(Manifest.Part part, long blocks) {
        if (blocks == 0) {
            return true;
        }
        try {
            StoreFiles.Extent side = rows.files().find(part.file() + ".crc");
            if (side.bytes() < blocks * Integer.BYTES) {
                return false;
            }
            addBlocks(side, blocks * Integer.BYTES);
            return true;
        } catch (IOException e) {
            LOG.log(Level.DEBUG, part.file() + ": its checksums cannot be read; its rows are", e);
            return false;
        }
    }

    private void addBlocks(StoreFiles.Extent side, long bytes) throws IOException {
        ByteBuffer words = ByteBuffer.allocate((int) Math.min(PIECE, bytes));
        words.order(ByteOrder.LITTLE_ENDIAN);
        try (ReadableFile sums = side.open()) {
            for (long at = 0; at < bytes; at += PIECE) {
                words.clear().limit((int) Math.min(PIECE, bytes - at));
                sums.read(words, at);
                if (words.hasRemaining()) {
                    throw new UncheckedIOException(
                            new IOException(side.file() + " has become shorter"));
                }
                words.flip();
                while (words.hasRemaining()) {
                    joined.addBlock(words.getInt());
                }
            }
        }
    }

    /** The bytes are copied before they are summed: see {@link Faults}. */
    private void addRead(int part, long from, long to) {
        MemorySegment data = rows.segment(part);
        byte[] copy = new byte[(int) Math.min(BLOCK, to - from)];
        CRC32C crc = new CRC32C();
        for (long at = from; at < to; at += copy.length) {
            int length = (int) Math.min(copy.length, to - at);
            MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, copy, 0, length);
            Faults.settle();
            crc.update(copy, 0, length);
        }
        joined.add((int) crc.getValue(), to - from);
    }
}
