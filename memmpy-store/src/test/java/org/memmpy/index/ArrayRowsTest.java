// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.index.Lists.rows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.store.MappedArray;

import java.io.IOException;
import java.nio.file.Path;

/** Rows that an array of a store lists. */
class ArrayRowsTest {
    @TempDir private Path directory;
    private Columns columns;

    @BeforeEach
    void open() throws IOException {
        columns = new Columns(directory);
    }

    @AfterEach
    void close() throws IOException {
        columns.close();
    }

    @Test
    void rowsAreThoseOfTheArray() throws IOException {
        RowIndex index = RowIndex.of(columns.longs(4, 1L << 40, 4));
        assertArrayEquals(new long[] {4, 1L << 40, 4}, rows(index));
        assertEquals((1L << 40) + 1, index.bound());
        assertFalse(index.isSorted());
        assertArrayEquals(new long[] {2, 0}, rows(RowIndex.of(columns.ints(2, 0))));
        RowIndex range = RowIndex.of(columns.ints(3, 4, 5));
        assertTrue(range.isRange() && range.isSorted());
        RowIndex gaps = RowIndex.of(columns.ints(3, 5, 9));
        assertTrue(gaps.isSorted() && !gaps.isRange());
        assertEquals(0, RowIndex.of(columns.longs()).size());
        assertEquals(
                RowIndex.of(3, 5, 9).fingerprint(), gaps.fingerprint(), "lists are what they list");
    }

    @Test
    void rowsThatAreAppendedLaterAreNotInIt() throws IOException {
        MappedArray array = columns.longs(4, 5);
        RowIndex index = RowIndex.of(array);
        columns.append(array, 6);
        assertArrayEquals(new long[] {4, 5}, rows(index));
        assertArrayEquals(new long[] {4, 5, 6}, rows(RowIndex.of(array)));
    }

    @Test
    void saysWhatListsNoRows() throws IOException {
        MappedArray floats = columns.doubles(1);
        MappedArray pairs = columns.bytes(new byte[4], 2);
        MappedArray unsigned = columns.longs(DType.UINT64, 1);
        for (MappedArray wrong : new MappedArray[] {floats, pairs, unsigned}) {
            assertFails("rows are scalars of type int64, int32 or uint32", wrong);
        }
        assertFails("row -1 at position 1", columns.longs(4, -1));
        assertFails("at position 0", columns.longs(Long.MAX_VALUE));
    }

    private static void assertFails(String text, MappedArray array) {
        String message =
                assertThrows(IllegalArgumentException.class, () -> RowIndex.of(array)).getMessage();
        assertTrue(message.contains(text), message);
    }

    @Test
    void endsWithItsStore() throws IOException {
        RowIndex index = RowIndex.of(columns.longs(4, 5));
        columns.close();
        assertThrows(IllegalStateException.class, () -> index.get(0));
        assertEquals(2, index.size());
    }
}
