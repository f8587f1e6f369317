// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.testing.Rows;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;

/** Runs of any rows in any parts, on the heap and off, against copies of bytes. */
class RunsPropertyTest {
    private static final byte PAD = -3;

    /** Parts of any length. */
    private static final class Parted implements RowSource {
        private final MemorySegment[] segments;
        private final long[] firstRows;

        Parted(MemorySegment[] segments, long[] firstRows) {
            this.segments = segments;
            this.firstRows = firstRows;
        }

        @Override
        public int parts() {
            return segments.length;
        }

        @Override
        public MemorySegment segment(int part) {
            return segments[part];
        }

        @Override
        public long firstRow(int part) {
            return firstRows[part];
        }

        @Override
        public int partOf(long row) {
            int part = 0;
            while (part + 1 < firstRows.length && firstRows[part + 1] <= row) {
                part++;
            }
            return part;
        }
    }

    @Property(tries = 1000)
    boolean packedAndPaddedRunsAreWhatBytesSay(
            @ForAll @IntRange(min = 1, max = 70) int rowBytes,
            @ForAll @IntRange(min = 1, max = 60) int rows,
            @ForAll @IntRange(min = 1, max = 4) int parts,
            @ForAll @IntRange(min = 0, max = 150) int count,
            @ForAll boolean offHeap,
            @ForAll long seed) {
        try (Arena arena = Arena.ofConfined()) {
            Random random = new Random(seed);
            RowType type = RowType.of(DType.UINT8, rowBytes);
            byte[] bytes = Rows.random(type, rows, seed);
            Parted source = parted(bytes, rowBytes, rows, parts, random, offHeap ? arena : null);
            long[] starts = new long[count];
            long[] lengths = new long[count];
            int longest = 1;
            for (int i = 0; i < count; i++) {
                starts[i] = random.nextInt(rows);
                lengths[i] = random.nextInt(Math.min(12, rows - (int) starts[i]) + 1);
                longest = Math.max(longest, (int) lengths[i]);
            }
            MemorySegment packed = target(Arrays.stream(lengths).sum() * rowBytes, offHeap, arena);
            MemorySegment padded = target((long) count * longest * rowBytes, offHeap, arena);
            new PackRuns(type, DType.UINT8, Affine.NONE)
                    .gather(source, starts, lengths, count, packed);
            new PadRuns(type, DType.UINT8, Affine.NONE, PAD)
                    .gather(source, starts, lengths, count, longest, padded);
            ByteArrayOutputStream pack = new ByteArrayOutputStream();
            ByteArrayOutputStream pad = new ByteArrayOutputStream();
            for (int i = 0; i < count; i++) {
                int from = (int) starts[i] * rowBytes;
                int length = (int) lengths[i] * rowBytes;
                pack.write(bytes, from, length);
                pad.write(bytes, from, length);
                for (int p = length; p < longest * rowBytes; p++) {
                    pad.write(PAD);
                }
            }
            return Arrays.equals(pack.toByteArray(), Rows.bytes(packed))
                    && Arrays.equals(pad.toByteArray(), Rows.bytes(padded));
        }
    }

    private static MemorySegment target(long bytes, boolean offHeap, Arena arena) {
        return offHeap ? arena.allocate(bytes) : MemorySegment.ofArray(new byte[(int) bytes]);
    }

    private static Parted parted(
            byte[] bytes, int rowBytes, int rows, int parts, Random random, Arena arena) {
        long[] firsts = random.longs(parts, 1, rows + 1L).sorted().distinct().toArray();
        firsts = Arrays.stream(firsts).filter(first -> first < rows).toArray();
        long[] all = new long[firsts.length + 1];
        System.arraycopy(firsts, 0, all, 1, firsts.length);
        MemorySegment[] segments = new MemorySegment[all.length];
        for (int p = 0; p < all.length; p++) {
            long end = p + 1 < all.length ? all[p + 1] : rows;
            byte[] part = Arrays.copyOfRange(bytes, (int) all[p] * rowBytes, (int) end * rowBytes);
            segments[p] = MemorySegment.ofArray(part);
            if (arena != null) {
                segments[p] = arena.allocate(part.length).copyFrom(segments[p]);
            }
        }
        return new Parted(segments, all);
    }
}
