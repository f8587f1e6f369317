// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.memmpy.batch.column.Extents;
import org.memmpy.kernel.RowSource;
import org.memmpy.os.NativeCalls;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/** Pages that are asked for. */
class AskedRangesTest {
    private static final long PAGE = NativeCalls.pageBytes();

    /** Parts of equally many rows, each with memory of its own. */
    private record Parts(List<MemorySegment> segments, long rows) implements RowSource {
        @Override
        public int parts() {
            return segments.size();
        }

        @Override
        public MemorySegment segment(int part) {
            return segments.get(part);
        }

        @Override
        public long firstRow(int part) {
            return part * rows;
        }

        @Override
        public int partOf(long row) {
            return (int) (row / rows);
        }
    }

    private record Range(long from, long bytes) {}

    private static List<Range> visit(AskedRanges ranges, long base) {
        List<Range> visited = new ArrayList<>();
        long bytes =
                ranges.visit((address, length) -> visited.add(new Range(address - base, length)));
        assertEquals(visited.stream().mapToLong(Range::bytes).sum(), bytes);
        return visited;
    }

    @Test
    void rowsThatTouchAreAskedForAtOnce() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(100 * PAGE, PAGE);
            AskedRanges ranges = new AskedRanges();
            long[] rows = {7, 6, 3, 8, 7, 20};
            ranges.add(RowSource.of(memory), new Extents(rows, null), PAGE);
            assertEquals(
                    List.of(
                            new Range(3 * PAGE, PAGE),
                            new Range(6 * PAGE, 3 * PAGE),
                            new Range(20 * PAGE, PAGE)),
                    visit(ranges, memory.address()));
            ranges.clear();
            assertEquals(List.of(), visit(ranges, 0));
        }
    }

    @Test
    void stopsWhenAskedTo() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(100 * PAGE, PAGE);
            AskedRanges ranges = new AskedRanges();
            ranges.add(RowSource.of(memory), new Extents(new long[] {1, 3, 5}, null), PAGE);
            assertEquals(
                    PAGE, ranges.visit((address, length) -> address == memory.address() + PAGE));
        }
    }

    /** Against a set of pages: exactly those that rows touch, each once, in runs that end. */
    @Test
    void exactlyThePagesOfRows() {
        SplittableRandom random = new SplittableRandom(7);
        try (Arena arena = Arena.ofConfined()) {
            for (int round = 0; round < 300; round++) {
                long rowBytes = random.nextLong(1, 3 * PAGE);
                long partRows = random.nextLong(1, 400);
                List<MemorySegment> segments = new ArrayList<>();
                for (int part = 0; part < 3; part++) {
                    long room = (partRows * rowBytes + 2 * PAGE - 1) & -PAGE;
                    segments.add(arena.allocate(room, PAGE).asSlice(0, partRows * rowBytes));
                }
                Parts parts = new Parts(segments, partRows);
                int size = random.nextInt(1, 600);
                long[] starts = new long[size];
                long[] lengths = new long[size];
                for (int i = 0; i < size; i++) {
                    starts[i] = random.nextLong(3 * partRows);
                    lengths[i] = Math.min(random.nextLong(4), 3 * partRows - starts[i]);
                }
                long base = segments.stream().mapToLong(MemorySegment::address).min().orElseThrow();
                BitSet expected = new BitSet();
                for (int i = 0; i < size; i++) {
                    for (long row = starts[i]; row < starts[i] + lengths[i]; row++) {
                        int part = parts.partOf(row);
                        long from =
                                segments.get(part).address()
                                        + (row - parts.firstRow(part)) * rowBytes
                                        - base;
                        expected.set((int) (from / PAGE), (int) ((from + rowBytes - 1) / PAGE) + 1);
                    }
                }
                AskedRanges ranges = new AskedRanges();
                ranges.add(parts, new Extents(starts, lengths), rowBytes);
                BitSet asked = new BitSet();
                long last = -1;
                for (Range range : visit(ranges, base)) {
                    assertTrue(range.from() > last, "ranges touch, or are not in order");
                    last = range.from() + range.bytes();
                    asked.set((int) (range.from() / PAGE), (int) (last / PAGE));
                }
                assertEquals(expected, asked);
            }
        }
    }
}
