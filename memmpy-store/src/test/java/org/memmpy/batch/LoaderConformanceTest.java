// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.batch.column.RowNumber;
import org.memmpy.index.RowIndex;
import org.memmpy.os.NativeCalls;
import org.memmpy.os.PageFile;
import org.memmpy.store.Store;
import org.memmpy.testing.IndexKind;
import org.memmpy.testing.LoaderModel;
import org.memmpy.testing.OrderKind;
import org.memmpy.testing.Rows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Whatever a loader is told about how to read, where to put rows, which rows, in which order, and
 * how many threads and batches ahead, batches have the bytes of the {@link LoaderModel}. The
 * product of all that has more than 10^8 members: every column meets every policy, everything else
 * is drawn; {@code -Dmemmpy.conformance=100000} draws so many.
 */
class LoaderConformanceTest {
    private static final int DRAWN = Integer.getInteger("memmpy.conformance", 300);
    private static final int[] ROWS = {95, 40};
    private static final int COLUMNS_DRAWN = 5;

    @TempDir private static Path directory;

    private final List<Store> stores = new ArrayList<>();

    enum Memory {
        COPIED,
        VIEWS,
        REMAPPED,
        NATIVE_COPY;

        boolean isSupported() {
            return switch (this) {
                case COPIED, VIEWS -> true;
                case REMAPPED -> PageFile.isSupported();
                case NATIVE_COPY -> NativeCalls.isAvailable();
            };
        }

        boolean isMapped() {
            return this == VIEWS || this == REMAPPED;
        }

        void in(LoaderBuilder builder) {
            switch (this) {
                case COPIED -> {}
                case VIEWS -> builder.unsafeViews("wide");
                case REMAPPED -> builder.unsafeRemapped("wide");
                case NATIVE_COPY -> builder.unsafeNativeCopy();
            }
        }
    }

    @BeforeAll
    static void createStores() throws IOException {
        for (int s = 0; s < ROWS.length; s++) {
            LoaderModel.create(directory.resolve(s + ".memmpy"), s, ROWS[s], 3 - s);
        }
    }

    @BeforeEach
    void open() throws IOException {
        for (int s = 0; s < ROWS.length; s++) {
            stores.add(Store.open(directory.resolve(s + ".memmpy")));
        }
    }

    @AfterEach
    void close() {
        stores.forEach(Store::close);
    }

    private LoaderBuilder mix(OrderKind sequence) {
        RowIndex backwards = RowIndex.all(ROWS[1]).reverse();
        return BatchLoader.mix(
                new Source(stores.get(0).table(), RowIndex.all(ROWS[0]), 0.75),
                new Source(stores.get(1).table(), sequence.arrange(backwards), 0.25));
    }

    private static void choose(
            LoaderBuilder builder, List<LoaderModel.Delivered> columns, Memory memory) {
        columns.forEach(each -> builder.column(each.column()));
        memory.in(builder);
    }

    /** What a loader is told about its batches. */
    private record Batches(int size, Ends ends, int rank, int world) {
        LoaderBuilder in(LoaderBuilder builder) {
            return builder.batchSize(size).ends(ends).shard(rank, world);
        }

        /** {@return the numbers of the rows of each batch} */
        List<List<Long>> of(RowIndex order) {
            List<List<Long>> batches = new ArrayList<>();
            for (long from = 0; from < order.size(); from += size) {
                List<Long> batch = new ArrayList<>();
                for (long at = from + rank; at < from + size; at += world) {
                    long last = order.size() - 1;
                    if (at <= last) {
                        batch.add(order.get(at));
                    } else if (ends == Ends.PAD) {
                        batch.add(order.get(last));
                    } else if (ends == Ends.WRAP) {
                        batch.add(order.get(at % order.size()));
                    }
                }
                if (ends != Ends.DROP || from + size <= order.size()) {
                    batches.add(batch);
                }
            }
            return batches;
        }
    }

    private static void check(
            BatchLoader loader, long number, Batches shape, List<LoaderModel.Delivered> columns) {
        List<List<Long>> expected = shape.of(loader.order(number));
        assertEquals(expected.size(), loader.batches());
        try (Epoch epoch = loader.epoch(number)) {
            assertEquals(expected.size(), epoch.batches());
            for (int b = 0; b < expected.size(); b++) {
                List<LoaderModel.Row> rows = new ArrayList<>();
                for (long each : expected.get(b)) {
                    rows.add(new LoaderModel.Row(RowNumber.source(each), RowNumber.row(each)));
                }
                try (MiniBatch batch = epoch.next()) {
                    assertEquals(b, batch.number());
                    assertEquals(rows.size(), batch.rows());
                    for (int i = 0; i < rows.size(); i++) {
                        assertEquals(rows.get(i).row(), batch.rowId(i));
                        assertEquals(rows.get(i).seed(), batch.source(i));
                    }
                    for (int c = 0; c < columns.size(); c++) {
                        assertArrayEquals(
                                columns.get(c).expected().of(rows),
                                Rows.bytes(batch.segment(c)),
                                columns.get(c).column() + ", " + batch);
                    }
                }
            }
            assertFalse(epoch.hasNext());
            assertTrue(epoch.isComplete());
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyColumnMeetsEveryMemoryOfOneTable(ReadPolicy policy) {
        for (Memory memory : Memory.values()) {
            if (memory.isSupported() && !(memory.isMapped() && policy == ReadPolicy.PREAD)) {
                everyColumn(BatchLoader.builder(stores.get(0).table()), policy, memory);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyColumnOfTwoTables(ReadPolicy policy) {
        everyColumn(mix(OrderKind.SHUFFLED).epochRows(60), policy, Memory.COPIED);
    }

    private static void everyColumn(LoaderBuilder builder, ReadPolicy policy, Memory memory) {
        Batches shape = new Batches(40, Ends.KEEP, 0, 1);
        List<LoaderModel.Delivered> all = LoaderModel.all();
        choose(builder, all, memory);
        try (BatchLoader loader = shape.in(builder.read(policy).shuffle(3)).build()) {
            check(loader, 1, shape, all);
        }
    }

    @Test
    void whateverElseIsChosen() {
        List<LoaderModel.Delivered> all = LoaderModel.all();
        int[] used = new int[all.size()];
        for (int round = 0; round < DRAWN; round++) {
            Random random = new Random(round);
            List<LoaderModel.Delivered> columns = new ArrayList<>();
            for (int c = 0; c < COLUMNS_DRAWN; c++) {
                int drawn = random.nextInt(all.size());
                used[drawn]++;
                columns.add(all.get(drawn));
            }
            Memory memory = drawn(Memory.values(), random);
            if (!memory.isSupported()) {
                memory = Memory.COPIED;
            }
            if (memory.isMapped()) {
                columns.removeIf(each -> each.column().name().equals("wide"));
                columns.add(LoaderModel.wide());
            }
            Collections.shuffle(columns, random);
            ReadPolicy policy =
                    memory.isMapped() && random.nextBoolean()
                            ? ReadPolicy.AUTO
                            : drawn(ReadPolicy.values(), random);
            if (memory.isMapped() && policy == ReadPolicy.PREAD) {
                policy = ReadPolicy.MAPPED;
            }
            draw(round, random, memory, policy, columns);
        }
        int seen = (int) Arrays.stream(used).filter(times -> times > 0).count();
        assertTrue(seen > all.size() / 2, () -> seen + " of " + all.size() + " columns drawn");
    }

    private static <E> E drawn(E[] values, Random random) {
        return values[random.nextInt(values.length)];
    }

    private void draw(
            int round,
            Random random,
            Memory memory,
            ReadPolicy policy,
            List<LoaderModel.Delivered> columns) {
        IndexKind index = drawn(IndexKind.values(), random);
        OrderKind sequence = drawn(OrderKind.values(), random);
        boolean mixed = random.nextInt(4) == 0 && !sequence.isByColumn();
        int world = 1 + random.nextInt(3);
        Ends ends = drawn(Ends.values(), random);
        if (ends == Ends.KEEP) {
            world = 1;
        }
        Batches shape =
                new Batches(world * (1 + random.nextInt(14)), ends, random.nextInt(world), world);
        Store store = stores.get(0);
        LoaderBuilder builder =
                mixed
                        ? mix(sequence).epochRows(20 + random.nextInt(80))
                        : BatchLoader.builder(store.table())
                                .index(sequence.arrange(index.of(store, random)));
        choose(builder, columns, memory);
        shape.in(builder.order(sequence.of(store, shape.size())))
                .read(policy)
                .threads(1 + random.nextInt(4))
                .prefetch(1 + random.nextInt(5));
        String told =
                "%d: %s %s %s %s %s mixed=%s"
                        .formatted(round, memory, policy, index, sequence, shape, mixed);
        BatchLoader built;
        try {
            built = builder.build();
        } catch (IllegalArgumentException e) {
            // a batch larger than a small index
            assertTrue(ends == Ends.DROP && e.getMessage().contains("DROP"), told + ": " + e);
            return;
        }
        try (BatchLoader loader = built) {
            check(loader, random.nextInt(3), shape, columns);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(told + ": " + e.getMessage(), e);
        }
    }

    // ---- what is said of rows that cannot be delivered

    /** Row 5 of a source is the only one of its class. */
    private Path createLabels() throws IOException {
        Path path = Files.createTempDirectory(directory, "labels").resolve("labels.memmpy");
        int[] labels = new int[40];
        labels[5] = 9;
        try (Store store = Store.create(path)) {
            store.array("label", DType.INT32).append(labels);
            store.commit();
        }
        return path;
    }

    @ParameterizedTest
    @EnumSource
    void aBadRowIsNamedHoweverItIsRead(ReadPolicy policy) throws IOException {
        assertNamed(policy, column("label").oneHot(3), "row 5 holds the class 9");
    }

    @ParameterizedTest
    @EnumSource
    void anUnknownLabelIsNamedHoweverItIsRead(ReadPolicy policy) throws IOException {
        assertNamed(policy, column("label").mapLabels(Map.of(0L, 3L)), "row 5 holds the id 9");
    }

    private void assertNamed(ReadPolicy policy, Column column, String what) throws IOException {
        try (Store labels = Store.open(createLabels());
                BatchLoader loader =
                        BatchLoader.builder(labels.table())
                                .column(column)
                                .read(policy)
                                .shuffle(1)
                                .batchSize(10)
                                .build()) {
            assertFails(loader, what);
        }
    }

    private static void assertFails(BatchLoader loader, String what) {
        try (Epoch epoch = loader.epoch(0)) {
            MemmpyException e =
                    assertThrows(MemmpyException.class, () -> epoch.forEach(MiniBatch::close));
            assertTrue(e.getMessage().contains(what), e.getMessage());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBadRowIsNamedWithItsSource(ReadPolicy policy) throws IOException {
        try (Store labels = Store.open(createLabels())) {
            Source good = new Source(labels.table(), RowIndex.all(5), 0.5);
            Source bad = new Source(labels.table(), RowIndex.all(40), 0.5);
            try (BatchLoader loader =
                    BatchLoader.mix(good, bad)
                            .column(column("label").oneHot(3))
                            .read(policy)
                            .epochRows(100)
                            .batchSize(10)
                            .build()) {
                assertFails(loader, "row 5 of source 1 holds the class 9");
            }
        }
    }
}
