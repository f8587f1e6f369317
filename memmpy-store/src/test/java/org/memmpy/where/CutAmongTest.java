// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Store;

import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The rows of an index that fulfil a cut. */
class CutAmongTest {
    private static final int ROWS = 10_000;

    @TempDir private Path dir;
    private Store store;

    @BeforeEach
    void open() throws Exception {
        Path path = dir.resolve("rows.memmpy");
        try (Store writer = Store.create(path)) {
            writer.array("n", DType.INT32).append(IntStream.range(0, ROWS).toArray());
            writer.commit();
        }
        store = Store.open(path);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void assertThird(RowIndex among) {
        RowIndex found = Cut.parse("n % 3 == 0").rows(store.table(), among);
        assertArrayEquals(
                LongStream.range(0, among.size()).map(among::get).filter(n -> n % 3 == 0).toArray(),
                LongStream.range(0, found.size()).map(found::get).toArray());
    }

    @Test
    void inTheOrderOfTheIndex() {
        assertThird(RowIndex.all(ROWS));
        assertThird(RowIndex.range(17, 7000));
        assertThird(RowIndex.all(ROWS).reverse());
        assertThird(RowIndex.all(ROWS).shuffle(4));
        assertThird(RowIndex.of(9, 3, 3, 1, 0, 9999, 3));
        assertThird(RowIndex.of());
        assertEquals(
                0, Cut.parse("n < 0").rows(store.table(), RowIndex.all(ROWS).reverse()).size());
    }

    @Test
    void anotherTablesIndexIsRefused() {
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> Cut.parse("n < 0").rows(store.table(), RowIndex.of(ROWS)));
    }
}
