// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.memmpy.format.BlockChecksums.BLOCK;

import org.memmpy.CorruptStoreException;
import org.memmpy.RowType;
import org.memmpy.format.BlockChecksums;
import org.memmpy.format.Manifest;
import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;

/**
 * Reads the committed data of parts, block by block, and holds each block against its checksum if
 * the part has any: who copies must not make damage look sound. For one thread.
 */
final class PartBlocks {
    private final StoreFiles files;
    private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    private final ByteBuffer sum =
            ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** Takes a block's bytes, from position to limit; they are gone when it returns. */
    interface Sink {
        void take(ByteBuffer bytes) throws IOException;
    }

    PartBlocks(StoreFiles files) {
        this.files = files;
    }

    /**
     * Reads a part.
     *
     * @param where the array, for messages
     * @throws CorruptStoreException if it is missing, cut or damaged, or its checksums are
     */
    void read(String where, RowType type, Manifest.Part part, Sink sink) throws IOException {
        StoreFiles.Extent extent = ArrayFiles.check(files, where, type, part);
        long bytes = part.rows() * type.bytes();
        boolean checked = part.tail() != Manifest.Part.UNCHECKED;
        try (ReadableFile data = extent.open();
                ReadableFile side = checked && bytes >= BLOCK ? side(where, part) : null) {
            for (long from = 0; from < bytes; from += BLOCK) {
                block.clear().limit((int) Math.min(BLOCK, bytes - from));
                data.read(block, part.dataOffset() + from);
                if (block.hasRemaining()) {
                    throw new CorruptStoreException(
                            "%s: %s ends at byte %,d: it was cut while it was read. Restore it from a copy"
                                    .formatted(
                                            where,
                                            part.file(),
                                            part.dataOffset() + from + block.position()));
                }
                block.flip();
                if (checked) {
                    check(where, type, part, from, side);
                }
                sink.take(block);
            }
        }
    }

    private ReadableFile side(String where, Manifest.Part part) throws IOException {
        try {
            return files.find(part.file() + ".crc").open();
        } catch (NoSuchFileException e) {
            throw new CorruptStoreException(
                    "%s: the file of its checksums, %s.crc, is missing. It was deleted or not copied; copy the store again"
                            .formatted(where, part.file()),
                    e);
        }
    }

    private void check(String where, RowType type, Manifest.Part part, long from, ReadableFile side)
            throws IOException {
        long number = from / BLOCK;
        long expected = part.tail();
        if (block.remaining() == BLOCK) {
            if (side.read(sum.clear(), number * Integer.BYTES) < Integer.BYTES) {
                throw new CorruptStoreException(
                        "%s: the file of its checksums, %s.crc, ends before block %,d. It was cut; restore it from a copy"
                                .formatted(where, part.file(), number));
            }
            expected = sum.getInt(0) & 0xffff_ffffL;
        }
        long found = BlockChecksums.of(block.duplicate());
        if (found != expected) {
            throw new CorruptStoreException(
                    "%s: %s is damaged in block %,d (bytes %,d to %,d, rows %,d to %,d of the file): its CRC-32C is %08x, and was %08x when it was written. Restore the file from a copy"
                            .formatted(
                                    where,
                                    part.file(),
                                    number,
                                    part.dataOffset() + from,
                                    part.dataOffset() + from + block.remaining() - 1,
                                    from / type.bytes(),
                                    (from + block.remaining() - 1) / type.bytes(),
                                    found,
                                    expected));
        }
    }
}
