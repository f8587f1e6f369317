// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.memmpy.DType;
import org.memmpy.RaggedType;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** A ragged array is a list of rows. */
class RaggedPropertyTest {
    private final List<float[]> model = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private int committed;

    @Property(tries = 60)
    void isAListOfRows(@ForAll @IntRange(min = 1, max = 40) int steps, @ForAll long seed)
            throws IOException {
        Random random = new Random(seed);
        committed = 0; // one instance serves all tries
        drop();
        Path directory = Files.createTempDirectory("ragged");
        Path path = directory.resolve("test.memmpy");
        Store writer = Store.create(path, StoreOption.NO_FORCE);
        try (Store reader = Store.open(path)) {
            for (int step = 0; step < steps; step++) {
                switch (random.nextInt(4)) {
                    case 0 -> append(writer, List.of(row(random)));
                    case 1 -> append(writer, rows(random));
                    case 2 -> {
                        writer.commit();
                        committed = model.size();
                        check(writer, random);
                        reader.refresh();
                        check(reader, random);
                    }
                    default -> {
                        if (random.nextInt(4) == 0) {
                            writer.close();
                            drop();
                            writer = Store.edit(path, StoreOption.NO_FORCE);
                        }
                    }
                }
            }
        } finally {
            writer.close();
        }
        drop();
        try (Store store = Store.open(path)) {
            check(store, random);
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }
    }

    /** What was not committed is lost. */
    private void drop() {
        model.subList(committed, model.size()).clear();
        keys.subList(committed, keys.size()).clear();
    }

    private static float[] row(Random random) {
        int most = random.nextInt(20) == 0 ? 100_000 : 6;
        float[] row = new float[random.nextInt(most)];
        for (int i = 0; i < row.length; i++) {
            row[i] = random.nextFloat();
        }
        return row;
    }

    private static List<float[]> rows(Random random) {
        List<float[]> rows = new ArrayList<>();
        for (int i = random.nextInt(50); i >= 0; i--) {
            rows.add(row(random));
        }
        return rows;
    }

    private void append(Store store, List<float[]> rows) throws IOException {
        int total = rows.stream().mapToInt(row -> row.length).sum();
        float[] values = new float[total];
        long[] lengths = new long[rows.size()];
        List<String> names = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < lengths.length; i++) {
            float[] row = rows.get(i);
            System.arraycopy(row, 0, values, at, row.length);
            at += row.length;
            lengths[i] = row.length;
            names.add("row " + (model.size() + i));
        }
        RaggedArray jagged = store.ragged("a/jagged", RaggedType.of(DType.FLOAT32));
        RaggedArray keyed = store.ragged("keyed", RaggedType.shaped(DType.FLOAT32, 1).keyed());
        if (lengths.length == 1) {
            jagged.append(values);
            keyed.put(names.getFirst(), values, values.length);
        } else {
            jagged.appendAll(values, lengths);
            keyed.putAll(names, values, lengths);
        }
        model.addAll(rows);
        keys.addAll(names);
    }

    private void check(Store store, Random random) {
        if (committed == 0) {
            return;
        }
        RaggedArray jagged = store.ragged("a/jagged");
        RaggedArray keyed = store.ragged("keyed");
        assertEquals(committed, jagged.rows());
        assertEquals(committed, store.table().ragged("keyed").rows());
        long offset = 0;
        for (int row = 0; row < committed; row++) {
            assertEquals(offset, jagged.offset(row));
            assertEquals(model.get(row).length, keyed.length(row));
            offset += keyed.length(row);
        }
        for (int i = 0; i < 20; i++) {
            int row = random.nextInt(committed);
            assertArrayEquals(model.get(row), jagged.getFloats(row));
            assertArrayEquals(model.get(row), keyed.getFloats(row));
            assertArrayEquals(new long[] {model.get(row).length}, keyed.shape(row));
            assertEquals(row, keyed.row(keys.get(row)));
            assertEquals(keys.get(row), keyed.key(row));
        }
        assertEquals(-1, keyed.row("row " + committed));
    }
}
