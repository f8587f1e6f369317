// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.memmpy.batch.Column.column;

import org.memmpy.DType;
import org.memmpy.batch.Column;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Per;
import org.memmpy.store.Statistics;
import org.memmpy.store.Store;
import org.memmpy.store.Table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Made-up customers of a telephone company, some of whom have left: a table as it comes out of a
 * database, with columns to choose rows by and columns to learn from. The same on every machine.
 */
final class Customers {
    /** The numbers of {@code usage}. */
    static final int NUMBERS = 4;

    /** Of all that is drawn. */
    static final int SEED = 42;

    private static final List<String> PLANS = List.of("private", "business", "test");

    private Customers() {}

    /**
     * Writes a store of {@code age} (int32), {@code plan} (a string of three), {@code usage} (4
     * float32: months as a customer, calls a week, monthly bill, complaints) and {@code left} (1 if
     * the customer has).
     *
     * @param path a directory that does not exist
     * @param rows how many
     */
    static void write(Path path, int rows) throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        int[] ages = new int[rows];
        byte[] plans = new byte[rows];
        float[] usages = new float[rows * NUMBERS];
        byte[] left = new byte[rows];
        for (int row = 0; row < rows; row++) {
            double months = random.nextDouble(120);
            double calls = random.nextDouble(50);
            double bill = 10 + calls * random.nextDouble(0.5, 1.5);
            int complaints = random.nextInt(5);
            // Who calls little and pays much goes, and so does who complains, but not the faithful.
            double inclination = 8 * (bill / (calls + 10) - 1) + complaints - months / 30;
            ages[row] = random.nextInt(14, 80);
            plans[row] = (byte) (random.nextInt(10) < 7 ? 0 : random.nextInt(1, PLANS.size()));
            left[row] = (byte) (inclination + random.nextGaussian() > 0 ? 1 : 0);
            float[] usage = {(float) months, (float) calls, (float) bill, complaints};
            System.arraycopy(usage, 0, usages, row * NUMBERS, NUMBERS);
        }
        try (Store store = Store.create(path)) {
            store.array("age", DType.INT32).append(ages);
            store.array("plan", DType.UINT8).append(plans);
            store.attributes("plan").set("categories", PLANS); // code 0 is the first
            store.array("usage", DType.FLOAT32, NUMBERS).append(usages);
            store.array("left", DType.UINT8).append(left);
            store.commit();
        }
    }

    /** {@return {@code usage} with a mean of 0 and a standard deviation of 1, number by number} */
    static Column usage(Table table) {
        MappedArray stored = table.array("usage");
        Statistics statistics = Statistics.of(stored, Per.ELEMENT);
        return column("usage")
                .shift(0, Arrays.stream(statistics.means()).map(mean -> -mean).toArray())
                .scale(0, Arrays.stream(statistics.stds()).map(std -> 1 / std).toArray());
    }
}
