// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;

/** The samples about tables, with 3,000 customers and three folds. */
class CustomersTest {
    private static final int ROWS = 3_000;
    private static final int FOLDS = 3;

    @TempDir private static Path folder;
    private static Path path;
    private static double commonest;
    private static long chosen;

    private final Printed printed = new Printed();

    @BeforeAll
    static void write() throws IOException {
        Engines.useOneThread();
        path = folder.resolve("customers.memmpy");
        Customers.write(path, ROWS);
        long gone = 0;
        try (Store store = Store.open(path)) {
            MappedArray age = store.array("age");
            MappedArray plan = store.array("plan");
            for (long row = 0; row < ROWS; row++) {
                if (age.getLong(row) >= 18 && plan.getLong(row) == 0) {
                    chosen++;
                    gone += store.array("left").getLong(row);
                }
            }
        }
        commonest = Math.max(gone, chosen - gone) / (double) chosen;
    }

    @Test
    void djlLearnsInEveryFold() throws Exception {
        check(new DjlTable(path, printed.screen()).crossValidate(FOLDS, 4));
    }

    @Test
    void dl4jLearnsInEveryFold() throws IOException {
        check(new Dl4jTable(path, printed.screen()).crossValidate(FOLDS, 4));
    }

    private void check(DoubleSummaryStatistics accuracies) {
        String text = printed.toString();
        assertEquals(FOLDS, accuracies.getCount());
        assertTrue(accuracies.getMin() > commonest + 0.1, accuracies + ", guessing " + commonest);
        assertTrue(accuracies.getMax() < 1, "there is noise: " + accuracies);
        assertTrue(text.contains("%,d private customers of age".formatted(chosen)), text);
        assertTrue(text.lines().allMatch(line -> line.length() < 100), text);
    }
}
