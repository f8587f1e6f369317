// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.memmpy.store.Table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Class ids that are delivered have the names of those that are stored. */
class CategoriesTest {
    private static final List<String> NAMES = List.of("mu", "e", "tau");

    @Test
    void namesGoWhereTheirIdsGo(@TempDir Path directory) throws IOException {
        try (Store store = Store.create(directory.resolve("names"), StoreOption.NO_FORCE)) {
            store.array("kind", DType.UINT8).append(new byte[] {0, 1, 2});
            store.attributes("kind").set("categories", NAMES);
            store.array("plain", DType.UINT8).append(new byte[3]);
            store.array("real", DType.FLOAT32).append(new float[3]);
            store.attributes("real").set("categories", NAMES);
            store.ragged("r", RaggedType.of(DType.INT8)).appendAll(new byte[3], 1, 1, 1);
            store.commit();
            Table table = store.table();

            assertEquals(NAMES, column("kind").categories(table));
            assertEquals(NAMES, column("kind").oneHot(3).categories(table));
            assertEquals(NAMES, column("kind").as(DType.FLOAT32).categories(table));
            Column turned = column("kind").mapLabels(Map.of(0L, 2L, 1L, 0L, 2L, 1L));
            assertEquals(List.of("e", "tau", "mu"), turned.categories(table));
            Column chosen = column("kind").mapLabels(Map.of(2L, 0L, 1L, 1L)).oneHot(2);
            assertEquals(List.of("tau", "e"), chosen.categories(table));

            List<Column> nameless =
                    List.of(
                            column("plain"),
                            column("real"),
                            column("r").padTo(1),
                            column("kind").oneHot(4),
                            column("kind").as(DType.FLOAT32).scale(2),
                            column("kind").mapLabels(Map.of(0L, 0L, 1L, 0L, 2L, 1L)),
                            column("kind").mapLabels(Map.of(0L, 0L, 1L, 5L)),
                            column("kind").mapLabels(Map.of(0L, 0L, 1L, -1L)),
                            column("kind").mapLabels(Map.of(3L, 0L)));
            nameless.forEach(
                    column -> assertEquals(List.of(), column.categories(table), column.toString()));
            assertThrows(IllegalArgumentException.class, () -> column("none").categories(table));
        }
    }
}
