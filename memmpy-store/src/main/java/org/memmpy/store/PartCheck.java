// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.RowType;
import org.memmpy.format.BlockChecksums;
import org.memmpy.format.Manifest;
import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Holds one file of an array against its checksums. By positioned reads into memory of its own: a
 * mapped file that is cut meanwhile would end the JVM where a checksum is computed.
 *
 * <p>Checked blocks may be read by several threads, each with a buffer of its own.
 */
final class PartCheck {
    private static final int BLOCK = BlockChecksums.BLOCK;
    private static final int WORDS = 1 << 16;

    private final StoreFiles files;
    private final String where;
    private final String node;
    private final RowType type;
    private final Manifest.Part part;

    /** The array's row that is the first of the part. */
    private final long firstRow;

    /**
     * A check.
     *
     * @param where the array, for messages
     */
    PartCheck(
            StoreFiles files,
            String where,
            String node,
            RowType type,
            Manifest.Part part,
            long firstRow) {
        this.files = files;
        this.where = where;
        this.node = node;
        this.type = type;
        this.part = part;
        this.firstRow = firstRow;
    }

    /** {@return the length of the rows} */
    long bytes() {
        return part.rows() * type.bytes();
    }

    boolean hasSums() {
        return part.tail() != Manifest.Part.UNCHECKED;
    }

    /** {@return how many checksums there are: full blocks, and the tail, even an empty one} */
    long blocks() {
        return hasSums() ? bytes() / BLOCK + 1 : 0;
    }

    /** {@return how many bytes one block has: less in the tail} */
    int bytes(long block) {
        return (int) Math.min(BLOCK, bytes() - block * BLOCK);
    }

    /** Looks for the files, at the header and at the lengths. */
    void checkFiles(Consumer<VerificationReport.Problem> problems) throws IOException {
        try {
            ArrayFiles.check(files, where, type, part);
        } catch (CorruptStoreException e) {
            problems.accept(problem(-1, -1, 0, -1, -1, e.getMessage()));
        }
        long needed = bytes() / BLOCK * Integer.BYTES;
        if (!hasSums() || needed == 0) {
            return;
        }
        long found = 0;
        try {
            found = files.find(side()).bytes();
        } catch (NoSuchFileException e) {
            found = -1;
        }
        if (found < needed) {
            String fault =
                    "%s: the checksums in %s %s. Without them damage is not found; restore the file from a copy"
                            .formatted(
                                    where,
                                    side(),
                                    found < 0
                                            ? "are missing"
                                            : "have %,d bytes, not %,d".formatted(found, needed));
            problems.accept(new VerificationReport.Problem(node, side(), -1, -1, 0, -1, -1, fault));
        }
    }

    private String side() {
        return part.file() + ".crc";
    }

    /**
     * Reads blocks and compares.
     *
     * @param blocks at least one, in ascending order
     * @param buffer with room for the largest of them, direct
     * @param problems takes what is wrong
     * @return how many blocks were compared; fewer than given if checksums or data are missing
     */
    Checked check(
            List<Long> blocks, ByteBuffer buffer, Consumer<VerificationReport.Problem> problems) {
        long count = 0;
        long bytes = 0;
        long at = blocks.getFirst();
        try (Data data = new Data();
                Sums sums = new Sums()) {
            for (long block : blocks) {
                at = block;
                long expected = sums.of(block);
                if (expected < 0) {
                    continue; // its checksum is missing, which is one problem for all
                }
                buffer.clear().limit(bytes(block));
                int read = data.read(buffer, block);
                if (read < bytes(block)) {
                    String fault = "end after %,d bytes of them. The file was cut".formatted(read);
                    problems.accept(damaged(block, blocks.getLast(), -1, expected, fault));
                    break; // all behind it is gone, too
                }
                long found = BlockChecksums.of(buffer.flip());
                if (found != expected) {
                    String fault =
                            "have the CRC-32C %08x, not %08x. They were damaged, or their checksum was"
                                    .formatted(found, expected);
                    problems.accept(damaged(block, block, found, expected, fault));
                }
                count++;
                bytes += read;
            }
        } catch (NoSuchFileException e) {
            // said by checkFiles, once
        } catch (IOException e) {
            String fault = "cannot be read (" + e.getMessage() + "). The disk may fail";
            problems.accept(damaged(at, blocks.getLast(), -1, -1, fault));
        }
        return new Checked(count, bytes);
    }

    /** What was compared. */
    record Checked(long blocks, long bytes) {}

    private VerificationReport.Problem damaged(
            long block, long lastBlock, long found, long expected, String fault) {
        long end = lastBlock * BLOCK + bytes(lastBlock);
        if (end == block * BLOCK) {
            return problem( // an empty tail
                    block,
                    -1,
                    0,
                    found,
                    expected,
                    "%s: %s %s; restore the file from a copy".formatted(where, part.file(), fault));
        }
        long first = block * BLOCK / type.bytes();
        long last = (end - 1) / type.bytes();
        return problem(
                block,
                firstRow + first,
                last - first + 1,
                found,
                expected,
                "%s: rows %,d to %,d are damaged: %s, block %,d, bytes %,d to %,d, %s; restore the file from a copy"
                        .formatted(
                                where,
                                firstRow + first,
                                firstRow + last,
                                part.file(),
                                block,
                                part.dataOffset() + block * BLOCK,
                                part.dataOffset() + end - 1,
                                fault));
    }

    private VerificationReport.Problem problem(
            long block, long first, long rows, long found, long expected, String message) {
        return new VerificationReport.Problem(
                node, part.file(), block, first, rows, found, expected, message);
    }

    /** The rows, opened when they are first read. */
    private final class Data implements AutoCloseable {
        private ReadableFile file;

        int read(ByteBuffer buffer, long block) throws IOException {
            if (file == null) {
                file = files.find(part.file()).open();
            }
            return file.read(buffer, part.dataOffset() + block * BLOCK);
        }

        @Override
        public void close() throws IOException {
            if (file != null) {
                file.close();
            }
        }
    }

    /** The checksums, read from the side file a run at a time. */
    private final class Sums implements AutoCloseable {
        private final ByteBuffer words =
                ByteBuffer.allocate(WORDS).order(ByteOrder.LITTLE_ENDIAN).limit(0);
        private StoreFiles.Extent extent;
        private ReadableFile side;
        private long firstWord;

        /** {@return the sum that a block should have; -1 if that is not there} */
        long of(long block) throws IOException {
            if (block == bytes() / BLOCK) {
                return part.tail();
            }
            if (block < firstWord || block >= firstWord + words.limit() / Integer.BYTES) {
                read(block);
            }
            int at = (int) (block - firstWord) * Integer.BYTES;
            return at + Integer.BYTES <= words.limit() ? words.getInt(at) & 0xffff_ffffL : -1;
        }

        private void read(long block) throws IOException {
            firstWord = block;
            words.clear().limit(0);
            try {
                if (side == null) {
                    extent = files.find(side());
                    side = extent.open();
                }
                long start = block * Integer.BYTES;
                words.limit(Math.clamp(extent.bytes() - start, 0, WORDS));
                side.read(words, start);
                words.flip();
            } catch (NoSuchFileException e) {
                // said by checkFiles
            }
        }

        @Override
        public void close() throws IOException {
            if (side != null) {
                side.close();
            }
        }
    }
}
