// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.index.Lists.rows;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** The ends of what views and lists can do; RowIndexPropertyTest has what is between them. */
class ListsAndViewsTest {
    private static final long HUGE = 1_000_000_000_000L;

    @Test
    void aListRefusesWhatItCannotHold() {
        RowList list = new RowList(10);
        list.add(new long[] {1, 2, 3}, 1, 2);
        assertThrows(IllegalArgumentException.class, () -> list.add(10));
        assertThrows(IllegalArgumentException.class, () -> list.add(-1));
        assertThrows(IllegalArgumentException.class, () -> list.add(new long[] {4, 5, 10}, 0, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> list.add(new long[2], 1, 2));
        assertEquals(2, list.size());
        list.add(9);
        assertArrayEquals(new long[] {2, 3, 9}, rows(list.toIndex()));
        assertThrows(IllegalStateException.class, () -> list.add(1));
        assertThrows(IllegalStateException.class, list::toIndex);
        assertThrows(IllegalArgumentException.class, () -> new RowList(-1));
        assertEquals(0, new RowList(0).toIndex().size());
    }

    @Test
    void aListKnowsWhatItsRowsAre() {
        RowList list = new RowList(1L << 33);
        for (long row = 0; row < 300_000; row++) {
            list.add((1L << 32) - 150_000 + row);
        }
        RowIndex index = list.toIndex();
        assertTrue(index.isSorted() && index.isRange());
        assertEquals((1L << 32) + 150_000, index.bound());
        assertEquals((1L << 32) - 1, index.get(149_999));
        assertEquals(1L << 32, index.get(150_000));
        assertFalse(RowIndex.of(1, 1).isSorted());
        assertTrue(RowIndex.of(1, 3).isSorted());
        assertFalse(RowIndex.of(1, 3).isRange());
    }

    @Test
    void concatLeavesOutWhatIsEmpty() {
        RowIndex some = RowIndex.range(3, 5);
        assertEquals(0, RowIndex.concat().size());
        assertSame(some, RowIndex.concat(RowIndex.all(0), some, RowIndex.of()));
        assertTrue(RowIndex.concat(some, RowIndex.range(5, 6)).isRange());
        assertFalse(RowIndex.concat(some, RowIndex.range(6, 7)).isRange());
        assertTrue(RowIndex.concat(some, RowIndex.range(6, 7)).isSorted());
        assertFalse(RowIndex.concat(some, some).isSorted());
        RowIndex half = RowIndex.all(1L << 62);
        assertThrows(ArithmeticException.class, () -> RowIndex.concat(half, half, half));
    }

    @Test
    void repeatsHaveEnds() {
        RowIndex some = RowIndex.range(3, 5);
        assertEquals(0, some.repeat(0).size());
        assertSame(some, some.repeat(1));
        assertArrayEquals(new long[] {3, 4, 3, 4}, rows(some.repeat(2)));
        assertArrayEquals(new long[] {3}, rows(some.repeatTo(1)));
        assertEquals(0, RowIndex.all(0).repeatTo(0).size());
        assertThrows(IllegalArgumentException.class, () -> RowIndex.all(0).repeatTo(1));
        assertThrows(IllegalArgumentException.class, () -> some.repeat(-1));
        assertThrows(ArithmeticException.class, () -> some.repeat(1L << 62));
        assertFalse(some.repeat(2).isSorted());
    }

    @Test
    void viewsRefuseWhatMakesNoSense() {
        RowIndex some = RowIndex.range(3, 5);
        assertThrows(IllegalArgumentException.class, () -> some.take(-1));
        assertThrows(IllegalArgumentException.class, () -> some.skip(-1));
        assertThrows(IllegalArgumentException.class, () -> some.stride(-1, 1));
        assertThrows(IllegalArgumentException.class, () -> some.stride(0, 0));
        assertThrows(IllegalArgumentException.class, () -> some.union(RowIndex.of(2, 1)));
        assertThrows(IllegalArgumentException.class, () -> RowIndex.of(2, 1).minus(some));
        assertThrows(IllegalArgumentException.class, () -> RowIndex.of(Long.MAX_VALUE));
    }

    @Test
    void memoryIsFilledIfItIsWhole() {
        RowIndex some = RowIndex.range(3, 2000).reverse();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment into = arena.allocate(8 * 1500);
            some.fill(100, into);
            assertEquals(1899, into.get(ValueLayout.JAVA_LONG, 0));
            assertEquals(400, into.get(ValueLayout.JAVA_LONG, 8 * 1499));
            some.fill(1997, into.asSlice(0, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> some.fill(498, into));
            assertThrows(IndexOutOfBoundsException.class, () -> some.fill(-1, into));
            MemorySegment cut = into.asSlice(0, 15);
            assertThrows(IllegalArgumentException.class, () -> some.fill(0, cut));
            MemorySegment fixed = into.asReadOnly();
            assertThrows(IllegalArgumentException.class, () -> some.fill(0, fixed));
        }
    }

    @Test
    void aTrillionRowsAreAsGoodAsTen() {
        RowIndex all = RowIndex.all(HUGE);
        List<RowIndex> views =
                List.of(
                        all,
                        all.reverse(),
                        all.stride(7, 1000),
                        all.repeat(1000),
                        RowIndex.concat(all, all.reverse()),
                        all.shuffle(1).stride(3, 7).reverse().shuffle(2),
                        new BlockOrder(1, 1000, 64, 8).rows(all, 0),
                        all.split(1, 0.5, 0.5).valid(),
                        Splitter.contiguous().folds(all, 5).train(2));
        for (RowIndex view : views) {
            long[] rows = new long[100];
            long last = view.size() - 100;
            view.fill(last, rows, 0, 100);
            for (int i = 0; i < 100; i++) {
                assertTrue(rows[i] >= 0 && rows[i] < view.bound());
                assertEquals(rows[i], view.get(last + i));
            }
            assertEquals(16, view.fingerprint().length());
        }
        assertEquals(HUGE - 1, all.reverse().get(0));
        assertEquals(999_999_999_007L, all.stride(7, 1000).get(999_999_999));
        assertEquals(HUGE / 5 * 4, Splitter.contiguous().folds(all, 5).train(2).size());
    }

    @Test
    void fingerprintsTellIndicesApart() {
        RowIndex all = RowIndex.all(100);
        List<RowIndex> different =
                List.of(
                        all,
                        all.take(99),
                        all.skip(1),
                        all.reverse(),
                        all.stride(0, 2),
                        all.shuffle(1),
                        all.shuffle(2),
                        all.shuffle(1, 1),
                        all.split(1, 0.5, 0.5).train(),
                        all.split(1, 0.5, 0.5).valid(),
                        all.repeat(2),
                        all.repeat(3),
                        RowIndex.of(1, 2),
                        RowIndex.of(2, 1),
                        RowIndex.concat(all, RowIndex.of(2, 1)),
                        RowIndex.concat(RowIndex.of(2, 1), all),
                        new BlockOrder(1, 4, 8, 8).rows(all, 0),
                        new BlockOrder(1, 5, 8, 8).rows(all, 0),
                        new BlockOrder(1, 4, 16, 8).rows(all, 0),
                        new BlockOrder(1, 4, 8, 4).rows(all, 0));
        Set<String> seen = new HashSet<>();
        for (RowIndex index : different) {
            assertTrue(seen.add(index.fingerprint()), index.toString());
        }
        assertEquals(all.shuffle(1).fingerprint(), RowIndex.all(100).shuffle(1).fingerprint());
        assertEquals(RowIndex.of(1, 2).fingerprint(), RowIndex.of(1, 2).skip(0).fingerprint());
        assertNotEquals(all.shuffle(1).fingerprint(), all.take(99).shuffle(1).fingerprint());
    }

    @Test
    void ascendingRowsAreAddedByTheirDistances() {
        for (long bound : new long[] {1L << 20, 1L << 40}) {
            RowList list = new RowList(bound);
            list.addAscending(5, new int[] {0, 2, 3, 99}, 3);
            list.addAscending(100, new int[0], 0);
            list.addAscending(1000, new int[] {7}, 1);
            int[] many = IntStream.range(0, 300_000).toArray();
            list.addAscending(2000, many, many.length);
            int[] descending = {3, 2};
            assertThrows(IllegalArgumentException.class, () -> list.addAscending(0, descending, 2));
            int[] twice = {3, 3};
            assertThrows(IllegalArgumentException.class, () -> list.addAscending(0, twice, 2));
            int[] beyond = {0, 1};
            assertThrows(
                    IllegalArgumentException.class, () -> list.addAscending(bound - 1, beyond, 2));
            int[] negative = {-1, 1};
            assertThrows(IllegalArgumentException.class, () -> list.addAscending(0, negative, 2));
            assertThrows(IllegalArgumentException.class, () -> list.addAscending(-1, beyond, 2));
            RowIndex index = list.toIndex();
            assertEquals(300_004, index.size());
            assertEquals(5, index.get(0));
            assertEquals(8, index.get(2));
            assertEquals(1007, index.get(3));
            assertEquals(301_999, index.get(300_003));
            assertTrue(index.isSorted());
            assertEquals(302_000, index.bound());
            assertThrows(IllegalStateException.class, () -> list.addAscending(0, beyond, 1));
        }
        RowList falling = new RowList(10);
        falling.addAscending(5, new int[] {0}, 1);
        falling.addAscending(1, new int[] {0}, 1);
        assertEquals(6, falling.toIndex().bound());
    }

    @Test
    void aLongChainOfConcatsIsOne() {
        RowIndex chain = RowIndex.all(0);
        for (int i = 0; i < 5000; i++) {
            chain = RowIndex.concat(chain, RowIndex.range(i, i + 1));
        }
        assertEquals(4999, chain.get(4999));
        assertTrue(chain.isRange());
        RowIndex nested =
                RowIndex.concat(
                        RowIndex.of(3, 1), RowIndex.concat(RowIndex.all(2), RowIndex.of(4, 2)));
        assertArrayEquals(new long[] {3, 1, 0, 1, 4, 2}, Lists.rows(nested));
    }

    @Test
    void manyRowsFarApartAreNotSorted() {
        RowIndex far = RowIndex.all(1L << 50).shuffle(1).take(1L << 33);
        assertThrows(IllegalArgumentException.class, far::sorted);
        assertArrayEquals(
                new long[] {1, 1L << 45}, Lists.rows(RowIndex.of(1L << 45, 1, 1L << 45).sorted()));
    }
}
