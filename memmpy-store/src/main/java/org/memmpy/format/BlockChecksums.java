// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import org.memmpy.os.Disk;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.zip.CRC32C;

/**
 * The CRC-32C of every 1 MiB block of a part's data, kept while it is written.
 *
 * <p>What is appended is summed as it passes by. What is written elsewhere, or failed and was
 * written again, is read back at the end; blocks that were only reserved are known to be zeros. Not
 * thread-safe.
 */
public final class BlockChecksums {
    /** The bytes of a block, counted from the first row. */
    public static final int BLOCK = 1 << 20;

    private static final ByteBuffer ZERO_BLOCK = ByteBuffer.allocate(BLOCK).asReadOnlyBuffer();
    private static final int ZEROS = ofZeros();

    /** Sums of full blocks, from {@link #first} on. */
    private int[] sums = new int[16];

    private final long first;
    private final BitSet stale = new BitSet();
    private final CRC32C running = new CRC32C();
    private long end;
    private long runningEnd;
    private long saved;

    /**
     * Goes on behind data whose sums are known.
     *
     * @param bytes the data's length
     * @param tail the bytes behind its last full block
     */
    public BlockChecksums(long bytes, ByteBuffer tail) {
        this.first = bytes / BLOCK;
        this.saved = first;
        this.end = bytes;
        this.runningEnd = bytes;
        running.update(tail);
    }

    /** {@return the CRC-32C of some bytes} */
    public static long of(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return crc.getValue();
    }

    private static int ofZeros() {
        return (int) of(ByteBuffer.allocate(BLOCK));
    }

    /** {@return whether all remaining bytes are zeros, at most a block of them} */
    public static boolean isZeros(ByteBuffer bytes) {
        return bytes.remaining() <= BLOCK
                && bytes.mismatch(ZERO_BLOCK.slice(0, bytes.remaining())) < 0;
    }

    /** Takes note of bytes that were appended; the buffer's position stays. */
    public void appended(ByteBuffer bytes) {
        ByteBuffer rest = bytes.duplicate();
        int limit = rest.limit();
        while (rest.position() < limit) {
            int room = (int) (BLOCK - end % BLOCK);
            rest.limit(Math.min(limit, rest.position() + room));
            long length = rest.remaining();
            if (runningEnd == end) {
                running.update(rest);
                runningEnd += length;
            } else {
                stale.set(index(end));
            }
            rest.position(rest.limit());
            end += length;
            if (end % BLOCK == 0) {
                finishBlock();
            }
        }
    }

    /** A block is full: its sum is known if all of it was summed while passing by. */
    private void finishBlock() {
        int index = index(end - 1);
        set(index, (int) running.getValue());
        if (runningEnd != end) {
            stale.set(index);
        }
        running.reset();
        runningEnd = end;
    }

    /** Takes note of zeros that were appended without being written. */
    public void reserved(long bytes) {
        long to = end + bytes;
        if (end % BLOCK != 0 || bytes < BLOCK) {
            stale.set(index(end));
        }
        long full = to / BLOCK;
        for (long block = end / BLOCK; block < full; block++) {
            set(Math.toIntExact(block - first), ZEROS);
        }
        end = to;
        running.reset();
        runningEnd = end % BLOCK == 0 ? end : -1;
        if (runningEnd < 0) {
            stale.set(index(end));
        }
    }

    /** Takes note that bytes that were appended before have changed, or may have. */
    public void changed(long from, long bytes) {
        long to = Math.min(end, from + bytes);
        if (from < to) {
            stale.set(index(from), index(to - 1) + 1);
            saved = Math.min(saved, from / BLOCK);
            if (to > end - end % BLOCK) {
                runningEnd = -1;
            }
        }
    }

    /** Takes note that the last bytes that were appended do not count; they are not saved yet. */
    public void cutTo(long bytes) {
        if (bytes < end) {
            end = bytes;
            runningEnd = -1;
            stale.clear(index(bytes) + 1, Math.max(index(bytes) + 1, stale.length()));
            if (end % BLOCK == 0) {
                running.reset();
                runningEnd = end;
                stale.clear(index(end));
            }
        }
    }

    private int index(long position) {
        return Math.toIntExact(position / BLOCK - first);
    }

    private void set(int index, int sum) {
        if (index >= sums.length) {
            sums = Arrays.copyOf(sums, Math.max(index + 1, 2 * sums.length));
        }
        sums[index] = sum;
    }

    /**
     * Reads back what is not known.
     *
     * @param data the file, all of it written
     * @return the sum of what is behind the last full block
     */
    public long tail(Disk.DiskFile data) throws IOException {
        long tailStart = end - end % BLOCK;
        if (runningEnd != end) {
            stale.set(index(tailStart));
        }
        if (!stale.isEmpty()) {
            ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
            for (int i = stale.nextSetBit(0); i >= 0; i = stale.nextSetBit(i + 1)) {
                long start = (first + i) * BLOCK;
                if (start < end) {
                    readBack(data, start, block);
                    if (start == tailStart) {
                        running.reset();
                        running.update(block);
                        runningEnd = end;
                    } else {
                        set(i, (int) of(block));
                    }
                }
            }
            stale.clear();
        }
        return running.getValue();
    }

    private void readBack(Disk.DiskFile data, long start, ByteBuffer block) throws IOException {
        block.clear().limit((int) Math.min(BLOCK, end - start));
        data.read(block, NpyHeader.BYTES + start);
        if (block.hasRemaining()) {
            throw new EOFException("the data ends before byte " + end + ", though it was written");
        }
        block.flip();
    }

    /** {@return whether there are sums of full blocks that are not in the side file yet} */
    public boolean hasUnsaved() {
        return end / BLOCK > saved;
    }

    /** Writes the sums of full blocks to the side file: little-endian, one behind the other. */
    public void save(Disk.DiskFile side) throws IOException {
        side.write(unsaved(), saved * Integer.BYTES);
        saved = end / BLOCK;
    }

    /** {@return the sums of full blocks that are not in the side file yet, as they stand there} */
    public ByteBuffer unsaved() {
        long full = end / BLOCK;
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.toIntExact((full - saved) * Integer.BYTES))
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (long block = saved; block < full; block++) {
            bytes.putInt(sums[(int) (block - first)]);
        }
        return bytes.flip();
    }
}
