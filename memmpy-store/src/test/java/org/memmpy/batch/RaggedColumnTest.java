// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.RaggedType;
import org.memmpy.RowType;
import org.memmpy.batch.column.BatchRows;
import org.memmpy.batch.column.BoundColumn;
import org.memmpy.batch.column.Extents;
import org.memmpy.batch.column.Pins;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.kernel.Elements;
import org.memmpy.store.Access;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.memmpy.testing.Rows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Jagged rows as batches, against lists of rows. */
class RaggedColumnTest {
    private static final int BATCH = 7;

    @TempDir private Path directory;
    private final List<Store> stores = new ArrayList<>();

    @AfterEach
    void close() {
        stores.forEach(Store::close);
    }

    /** What the store has: the elements of each row, as bytes. */
    private record Model(RowType item, List<byte[]> rows) {
        static Model random(RowType item, int count, long seed) {
            Random random = new Random(seed);
            List<byte[]> rows = new ArrayList<>();
            for (int r = 0; r < count; r++) {
                int length = r % 3 == 0 ? 0 : random.nextInt(12);
                rows.add(Rows.random(item, length, random.nextLong()));
            }
            return new Model(item, rows);
        }

        long length(long row) {
            return rows.get((int) row).length / item.bytes();
        }
    }

    private Store store(String name, Model model, int parts) throws IOException {
        RaggedType type = RaggedType.of(model.item.dtype(), model.item.shape());
        Path path = directory.resolve(name);
        Store store = Store.create(path, StoreOption.NO_FORCE);
        stores.add(store);
        store.ragged("r", type);
        List<Path> made = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            int from = model.rows.size() * part / parts;
            int to = model.rows.size() * (part + 1) / parts;
            if (part == 0) {
                append(store.ragged("r"), model, from, to);
                store.commit();
                continue;
            }
            try (Store other = Store.createPart(path, "p" + part, StoreOption.NO_FORCE)) {
                append(other.ragged("r", type), model, from, to);
                other.commit();
                made.add(other.path());
            }
        }
        if (!made.isEmpty()) {
            store.adopt(made);
            store.commit();
        }
        return store;
    }

    private static void append(RaggedArray array, Model model, int from, int to)
            throws IOException {
        ByteArrayOutputStream values = new ByteArrayOutputStream();
        long[] lengths = new long[to - from];
        for (int r = from; r < to; r++) {
            values.writeBytes(model.rows.get(r));
            lengths[r - from] = model.length(r);
        }
        array.appendAll(MemorySegment.ofArray(values.toByteArray()), lengths);
    }

    /** What a batch should have of a column. */
    private interface Expected {
        byte[] of(List<byte[]> rows, RowType item);
    }

    private record Delivered(Column column, Expected expected) {}

    private static byte[] packed(List<byte[]> rows) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        rows.forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static byte[] padded(List<byte[]> rows, int items, RowType item, byte[] element) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] row : rows) {
            int bytes = (int) Math.min(row.length, items * item.bytes());
            all.write(row, 0, bytes);
            for (long at = bytes; at < items * item.bytes(); at += element.length) {
                all.writeBytes(element);
            }
        }
        return all.toByteArray();
    }

    private static byte[] mask(List<byte[]> rows, int items, RowType item) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] row : rows) {
            for (int i = 0; i < items; i++) {
                all.write(i < row.length / item.bytes() ? 1 : 0);
            }
        }
        return all.toByteArray();
    }

    private static byte[] longs(long... values) {
        ByteBuffer all = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(values).forEach(all::putLong);
        return all.array();
    }

    private static long[] lengths(List<byte[]> rows, RowType item, long most) {
        return rows.stream().mapToLong(r -> Math.min(most, r.length / item.bytes())).toArray();
    }

    private static int longest(List<byte[]> rows, RowType item) {
        return (int) Math.max(1, Arrays.stream(lengths(rows, item, 99)).max().orElseThrow());
    }

    private static byte[] one(RowType item) {
        MemorySegment one = MemorySegment.ofArray(new byte[item.dtype().bytes()]);
        MemorySegment bits = MemorySegment.ofArray(new byte[8]);
        bits.set(Elements.LONG, 0, org.memmpy.kernel.FillMasked.bits(item.dtype(), 1L));
        one.copyFrom(bits.asSlice(0, one.byteSize()));
        return Rows.bytes(one);
    }

    private static List<Delivered> all() {
        Column r = column("r");
        byte[] zero = new byte[1];
        return List.of(
                new Delivered(r.packed(), (rows, item) -> packed(rows)),
                new Delivered(
                        r.offsets(),
                        (rows, item) -> {
                            long[] sums = new long[rows.size() + 1];
                            long[] lengths = lengths(rows, item, 99);
                            for (int i = 0; i < lengths.length; i++) {
                                sums[i + 1] = sums[i] + lengths[i];
                            }
                            return longs(sums);
                        }),
                new Delivered(r.padTo(5), (rows, item) -> padded(rows, 5, item, zero)),
                new Delivered(
                        r.padTo(20).fillPadding(1),
                        (rows, item) -> padded(rows, 20, item, one(item))),
                new Delivered(
                        r.padToLongest().flatten(),
                        (rows, item) -> padded(rows, longest(rows, item), item, zero)),
                new Delivered(r.padTo(5).mask(), (rows, item) -> mask(rows, 5, item)),
                new Delivered(
                        r.padToLongest().mask(),
                        (rows, item) -> mask(rows, longest(rows, item), item)),
                new Delivered(r.lengths(), (rows, item) -> longs(lengths(rows, item, 99))),
                new Delivered(r.padTo(5).lengths(), (rows, item) -> longs(lengths(rows, item, 5))));
    }

    private static void check(LoaderBuilder builder, List<Model> models, List<Delivered> columns) {
        columns.forEach(each -> builder.column(each.column));
        RowType item = models.getFirst().item;
        try (BatchLoader loader = builder.batchSize(BATCH).build()) {
            long delivered = 0;
            for (int e = 0; e < 2; e++) {
                try (Epoch epoch = loader.epoch(e)) {
                    for (MiniBatch batch : epoch) {
                        try (batch) {
                            List<byte[]> rows =
                                    IntStream.range(0, batch.rows())
                                            .mapToObj(
                                                    i ->
                                                            models.get(batch.source(i))
                                                                    .rows
                                                                    .get((int) batch.rowId(i)))
                                            .toList();
                            for (int c = 0; c < columns.size(); c++) {
                                Delivered each = columns.get(c);
                                byte[] found = Rows.bytes(batch.segment(c));
                                String where = each.column + " of " + item + ", " + batch;
                                assertArrayEquals(each.expected.of(rows, item), found, where);
                                long elements =
                                        Arrays.stream(batch.shape(c)).reduce(1, (a, b) -> a * b);
                                assertEquals(
                                        found.length,
                                        elements * batch.rowType(c).dtype().bytes(),
                                        where);
                                if (each.column.hasFixedRows()) {
                                    assertEquals(loader.rowTypes().get(c), batch.rowType(c), where);
                                    assertEquals(batch.rows(), batch.shape(c)[0], where);
                                }
                            }
                            delivered += batch.rows();
                        }
                    }
                }
            }
            assertEquals(2 * loader.rows(), delivered);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyFormOfEveryType(DType dtype) throws IOException {
        int number = 0;
        for (RowType item : List.of(RowType.of(dtype), RowType.of(dtype, 2, 3))) {
            for (int parts : new int[] {1, 3}) {
                Model model = Model.random(item, 100, 5);
                Store store = store("s" + number++, model, parts);
                RaggedArray array = store.ragged("r");
                List<UnaryOperator<LoaderBuilder>> orders =
                        List.of(
                                b -> b,
                                b -> b.shuffle(1).threads(3),
                                b -> b.order(Order.bucketed(3, array, 2 * BATCH, 3)),
                                b -> b.index(RowIndex.of(99, 0, 0, 50, 3, 98)),
                                b -> b.shuffle(2).read(ReadPolicy.MAPPED),
                                b -> b.shuffle(2).read(ReadPolicy.PREAD));
                for (UnaryOperator<LoaderBuilder> order : orders) {
                    check(order.apply(BatchLoader.builder(store.table())), List.of(model), all());
                }
            }
        }
    }

    @Test
    void severalSources() throws IOException {
        RowType item = RowType.of(DType.INT16, 2);
        List<Model> models = new ArrayList<>();
        Source[] sources = new Source[3];
        for (int s = 0; s < 3; s++) {
            models.add(Model.random(item, 20 + 30 * s, s));
            Store store = store("m" + s, models.get(s), s + 1);
            sources[s] = new Source(store.table(), RowIndex.all(20 + 30 * s), s == 0 ? 0.5 : 0.25);
        }
        for (ReadPolicy policy : ReadPolicy.values()) {
            check(BatchLoader.mix(sources).shuffle(4).read(policy), models, all());
        }
    }

    @Test
    void aBatchWithoutAnyItem() throws IOException {
        Model model = new Model(RowType.of(DType.FLOAT32), List.of(new byte[0], new byte[0]));
        Store store = store("empty", model, 1);
        assertEquals(0, store.ragged("r").values().rows());
        for (ReadPolicy policy : ReadPolicy.values()) {
            check(BatchLoader.builder(store.table()).read(policy), List.of(model), all());
        }
    }

    @Test
    void castsScalesAndFills() throws IOException {
        Store store = Store.create(directory.resolve("c"), StoreOption.NO_FORCE);
        stores.add(store);
        store.ragged("pt", RaggedType.of(DType.INT32)).append(new int[] {3, -5, 7});
        store.ragged("pt").append(new int[] {1});
        store.commit();
        try (BatchLoader loader =
                        BatchLoader.builder(store.table())
                                .column(column("pt").as(DType.FLOAT32).scale(0.5).shift(1).packed())
                                .column(
                                        column("pt")
                                                .padTo(2)
                                                .fillPadding(-1)
                                                .as(DType.FLOAT64)
                                                .scale(10))
                                .column(column("pt").padTo(2).mask().as(DType.FLOAT32))
                                .column(column("pt").lengths().as(DType.FLOAT32).scale(0.25))
                                .column(column("pt").offsets().as(DType.INT32))
                                .build();
                Epoch epoch = loader.epoch(0);
                MiniBatch batch = epoch.next()) {
            assertArrayEquals(new double[] {2.5, -1.5, 4.5, 1.5}, doubles(batch, 0));
            assertArrayEquals(new double[] {30, -50, 10, -1}, doubles(batch, 1));
            assertArrayEquals(new double[] {1, 1, 1, 0}, doubles(batch, 2));
            assertArrayEquals(new double[] {0.75, 0.25}, doubles(batch, 3));
            assertArrayEquals(new double[] {0, 3, 4}, doubles(batch, 4));
            assertArrayEquals(new long[] {2, 2}, batch.shape(1));
            assertArrayEquals(new long[] {4}, batch.shape(0));
            assertEquals(DType.INT32, batch.rowType(4).dtype());
        }
    }

    private static double[] doubles(MiniBatch batch, int column) {
        DType dtype = batch.rowType(column).dtype();
        MemorySegment segment = batch.segment(column);
        double[] values = new double[(int) segment.byteSize() / dtype.bytes()];
        Arrays.setAll(values, i -> Elements.getDouble(dtype, segment, (long) i * dtype.bytes()));
        return values;
    }

    /**
     * Memory may hold the wanted items only, one behind the other, as positional reads leave it.
     */
    @Test
    void gathersFromPackedItemsToo() throws IOException {
        Model model = Model.random(RowType.of(DType.INT16), 40, 8);
        Store store = store("staged", model, 1);
        long[] rows = {5, 4, 39, 5, 1};
        for (Column column : List.of(column("r").packed(), column("r").padTo(4))) {
            BoundColumn bound = column.bind(List.of(store.table()));
            try (Pins pins = pins(store, List.of(bound), 40)) {
                assertGathersFromPacked(model, rows, bound, pins);
            }
        }
    }

    private static Pins pins(Store store, List<BoundColumn> columns, long rows) {
        return new Pins(columns, List.of(store), List.of(rows), Access.NORMAL);
    }

    private static void assertGathersFromPacked(
            Model model, long[] rows, BoundColumn bound, Pins pins) {
        BoundColumn.Located located = bound.locate(new BatchRows(rows, pins));
        Extents extents = located.extents();
        ByteArrayOutputStream items = new ByteArrayOutputStream();
        for (int i = 0; i < rows.length; i++) {
            items.write(model.rows.get((int) rows[i]), 0, (int) extents.length(i) * 2);
        }
        byte[] expected = new byte[(int) located.bytes()];
        byte[] found = new byte[expected.length];
        located.gather(pins.rows(bound), extents, MemorySegment.ofArray(expected));
        MemorySegment staged = MemorySegment.ofArray(items.toByteArray());
        located.gather(
                List.of(org.memmpy.kernel.RowSource.of(staged)),
                extents.packed(),
                MemorySegment.ofArray(found));
        assertArrayEquals(expected, found);
    }

    @Test
    void columnsOfOneArrayShareWhatWasFound() throws IOException {
        Store store = store("shared", Model.random(RowType.of(DType.INT8), 9, 1), 1);
        List<org.memmpy.store.Table> table = List.of(store.table());
        BoundColumn packed = column("r").packed().bind(table);
        BoundColumn padded = column("r").padToLongest().bind(table);
        try (Pins pins = pins(store, List.of(packed, padded), 9)) {
            BatchRows rows = new BatchRows(new long[] {1, 2}, pins);
            assertTrue(packed.locate(rows).extents() == padded.locate(rows).extents());
        }
    }

    // ---- rows read alone

    @Test
    void rowsAreReadAloneIfTheirShapeIsFixed() throws IOException {
        Model model = Model.random(RowType.of(DType.UINT8), 30, 3);
        Store store = store("gather", model, 1);
        long[] rows = {7, 8, 7};
        List<byte[]> expected = Arrays.stream(rows).mapToObj(r -> model.rows.get((int) r)).toList();
        List<Column> fixed =
                List.of(column("r").padTo(6), column("r").padTo(6).mask(), column("r").lengths());
        RowGather gather = RowGather.of(store.table(), fixed);
        try (PooledMemory memory = new PooledMemory(0)) {
            BatchMemory.Slot slot =
                    memory.take(gather.rowTypes().stream().map(t -> new Block(t, 3)).toList());
            gather.gather(rows, slot);
            RowType item = model.item;
            assertArrayEquals(padded(expected, 6, item, new byte[1]), Rows.bytes(slot.segment(0)));
            assertArrayEquals(mask(expected, 6, item), Rows.bytes(slot.segment(1)));
            assertArrayEquals(longs(lengths(expected, item, 99)), Rows.bytes(slot.segment(2)));

            RowGather varying = RowGather.of(store.table(), List.of(column("r").packed()));
            String message =
                    assertThrows(IllegalStateException.class, () -> varying.gather(rows, slot))
                            .getMessage();
            assertTrue(message.contains("column(\"r\").packed()"), message);
            BatchMemory.Slot taken = varying.gather(rows, memory);
            assertArrayEquals(packed(expected), Rows.bytes(taken.segment(0)));
            taken.release();
            slot.release();
        }
    }

    // ---- states

    @Test
    void statesKnowValuesAndOffsets() throws IOException {
        Model model = Model.random(RowType.of(DType.UINT8), 30, 3);
        Store store = store("state", model, 1);
        LoaderBuilder some =
                BatchLoader.builder(store.table())
                        .column(column("r").lengths())
                        .index(RowIndex.all(20));
        try (BatchLoader loader = some.build()) {
            LoaderState state = loader.state(0);
            assertEquals(List.of("r/values", "r/offsets"), List.copyOf(state.columns().keySet()));
            long items = Arrays.stream(lengths(model.rows.subList(0, 20), model.item, 99)).sum();
            String values = state.columns().get("r/values");
            assertTrue(values.contains(", " + items + " rows"), values);
            assertTrue(state.columns().get("r/offsets").contains(", 21 rows"), state.toString());
            store.ragged("r").append(new byte[] {1});
            store.commit();
            loader.resume(state).close();
        }
    }

    // ---- one-hot items

    /** {@return class ids, one row of them longer than any block} */
    private static Model classIds(int classes) {
        Random random = new Random(classes);
        List<byte[]> rows = new ArrayList<>();
        for (int r = 0; r < 40; r++) {
            byte[] ids = new byte[r == 17 ? 3000 : r % 3 == 0 ? 0 : random.nextInt(12)];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = (byte) random.nextInt(classes);
            }
            rows.add(ids);
        }
        return new Model(RowType.of(DType.UINT8), rows);
    }

    /** {@return ids as bytes of zeros with one 1; -1 as zeros alone} */
    private static byte[] oneHot(byte[] ids, int classes) {
        byte[] hot = new byte[ids.length * classes];
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] >= 0) {
                hot[i * classes + ids[i]] = 1;
            }
        }
        return hot;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void classIdsAreMadeOneHot(int parts) throws IOException {
        Model model = classIds(4);
        byte[] none = {-1};
        Column r = column("r").as(DType.UINT8).oneHot(4);
        check(
                BatchLoader.builder(store("hot", model, parts).table()).shuffle(5),
                List.of(model),
                List.of(
                        new Delivered(r.packed(), (rows, item) -> oneHot(packed(rows), 4)),
                        new Delivered(
                                r.padTo(5), (rows, item) -> oneHot(padded(rows, 5, item, none), 4)),
                        new Delivered(
                                r.padTo(2000).flatten(),
                                (rows, item) -> oneHot(padded(rows, 2000, item, none), 4)),
                        new Delivered(
                                r.padToLongest(),
                                (rows, item) -> {
                                    int most =
                                            rows.stream()
                                                    .mapToInt(row -> row.length)
                                                    .max()
                                                    .getAsInt();
                                    return oneHot(padded(rows, Math.max(1, most), item, none), 4);
                                }),
                        new Delivered(r.padTo(5).mask(), (rows, item) -> mask(rows, 5, item)),
                        new Delivered(
                                r.padTo(5).lengths().as(DType.INT64),
                                (rows, item) -> longs(lengths(rows, item, 5)))));
    }

    @Test
    void oneHotItemsHaveTheClassesAsTheirLastDimension() throws IOException {
        Store store = store("shapes", classIds(4), 1);
        Column r = column("r").oneHot(4);
        assertEquals(RowType.of(DType.FLOAT32, 5, 4), r.padTo(5).rowType(store.table()));
        assertEquals(RowType.of(DType.FLOAT32, 20), r.padTo(5).flatten().rowType(store.table()));
        assertEquals(RowType.of(DType.FLOAT32, 4), r.packed().rowType(store.table()));
        assertEquals("column(\"r\").padTo(5).oneHot(4)", r.padTo(5).toString());
    }

    private static int indexOf(byte[] row, int id) {
        int i = 0;
        while (i < row.length && row[i] != id) {
            i++;
        }
        return i < row.length ? i : -1;
    }

    /** Memory of another may be longer than the batch, and the rest of it somebody's. */
    @Test
    void nothingIsWrittenBehindTheBatch() throws IOException {
        Store store = store("behind", classIds(4), 2);
        Column r = column("r").oneHot(4);
        for (Column column : List.of(r.packed(), r.padTo(3), r.padToLongest())) {
            LoaderBuilder builder =
                    BatchLoader.builder(store.table())
                            .column(column)
                            .batchSize(BATCH)
                            .memory(RaggedColumnTest::longerMemory);
            try (BatchLoader loader = builder.build();
                    Epoch epoch = loader.epoch(0)) {
                for (MiniBatch batch : epoch) {
                    try (batch) {
                        byte[] all = Rows.bytes(batch.slot().segment(0));
                        for (int i = (int) batch.bytes(); i < all.length; i++) {
                            assertEquals(0x55, all[i], column + " at " + i);
                        }
                    }
                }
            }
        }
    }

    private static BatchMemory.Slot longerMemory(List<Block> blocks) {
        long bytes = blocks.getFirst().bytes();
        MemorySegment memory = Arena.ofAuto().allocate(bytes + 512, 64);
        memory.fill((byte) 0x55);
        return new GivenSlot(List.of(memory), () -> {});
    }

    @Test
    void anItemThatIsNoClassFailsItsBatch() throws IOException {
        Model model = classIds(4);
        int row = 0;
        int before = 0;
        while (indexOf(model.rows.get(row), 3) < 0) {
            before += model.rows.get(row++).length;
        }
        int item = indexOf(model.rows.get(row), 3);
        Store store = store("bad", model, 2);
        for (Column column : List.of(column("r").packed(), column("r").padToLongest())) {
            LoaderBuilder builder = BatchLoader.builder(store.table()).column(column.oneHot(3));
            try (BatchLoader loader = builder.threads(1).build(); // so the first one is told
                    Epoch epoch = loader.epoch(0)) {
                String message = assertThrows(MemmpyException.class, epoch::next).getMessage();
                String place =
                        "item %d of a row (row %d of all items)".formatted(item, before + item);
                assertTrue(message.contains(place + " holds the class 3"), message);
                assertTrue(message.contains("column 'r'"), message);
            }
        }
    }

    // ---- refusals

    private static String refused(Store store, Column column) {
        LoaderBuilder builder = BatchLoader.builder(store.table()).column(column);
        return assertThrows(IllegalArgumentException.class, builder::build).getMessage();
    }

    @Test
    void refusesWhatMakesNoSense() throws IOException {
        Store store = Store.create(directory.resolve("refuse"), StoreOption.NO_FORCE);
        stores.add(store);
        store.ragged("r", RaggedType.of(DType.INT8)).append(new byte[1]);
        store.ragged("image", RaggedType.shaped(DType.UINT8, 2)).append(new byte[6], 2, 3);
        store.ragged("pair", RaggedType.of(DType.INT8, 2)).append(new byte[2]);
        store.ragged("float", RaggedType.of(DType.FLOAT32)).append(new float[1]);
        store.array("x", DType.INT8).append(new byte[1]);
        store.commit();
        assertTrue(refused(store, column("r")).contains("packed()"));
        assertTrue(refused(store, column("image").packed()).contains("shape of its own"));
        assertTrue(refused(store, column("x").padTo(3)).contains("array(\"x\")"));
        assertTrue(refused(store, column("r").padTo(3).scale(2)).contains("FLOAT32"));
        assertTrue(refused(store, column("r").padTo(3).mask().shift(2)).contains("mask"));
        assertTrue(refused(store, column("r").lengths().oneHot(2)).contains("lengths(), which"));
        assertTrue(refused(store, column("r").packed().oneHot(2).scale(2)).contains("scaled"));
        Column filled = column("r").padTo(3).fillPadding(1).oneHot(2);
        assertTrue(refused(store, filled).contains("padding is zeros"));
        assertTrue(refused(store, column("pair").packed().oneHot(2)).contains("one integer"));
        assertTrue(refused(store, column("float").packed().oneHot(2)).contains("one integer"));
        assertTrue(refused(store, column("r").packed().fillMasked(2)).contains("no mask"));
        Column plain = column("r");
        assertThrows(IllegalArgumentException.class, plain::mask);
        assertThrows(IllegalArgumentException.class, plain.packed()::mask);
        assertThrows(IllegalArgumentException.class, () -> plain.padTo(0));
        assertThrows(IllegalArgumentException.class, () -> plain.fillPadding(1));
        assertThrows(IllegalArgumentException.class, () -> plain.packed().fillPadding(1.5));
        assertThrows(IllegalArgumentException.class, plain.padTo(1)::offsets);
        assertThrows(IllegalArgumentException.class, plain.padTo(1).mask()::lengths);
        assertThrows(IllegalArgumentException.class, plain.lengths()::packed);
        assertEquals(
                "column(\"r\").padTo(3).fillPadding(-1).as(FLOAT32)",
                plain.padTo(3).fillPadding(-1).as(DType.FLOAT32).toString());
        assertEquals("column(\"r\").padToLongest().mask()", plain.padToLongest().mask().toString());
        assertEquals(
                "column(\"r\").padTo(2).mask().as(FLOAT32)",
                plain.padTo(2).as(DType.FLOAT32).scale(2).shift(1).mask().toString());
        assertEquals("column(\"r\").packed()", plain.packed().toString());
        assertEquals("column(\"r\").offsets()", plain.offsets().toString());
        assertEquals("column(\"r\").padTo(2).lengths()", plain.padTo(2).lengths().toString());
    }

    // ---- damaged offsets

    private Path damaged(long offset) throws IOException {
        Path path = directory.resolve("damaged");
        try (Store store = Store.create(path, StoreOption.NO_FORCE)) {
            RaggedArray array = store.ragged("r", RaggedType.of(DType.UINT8));
            for (int i = 0; i < 10; i++) {
                array.append(new byte[3]);
            }
            store.commit();
        }
        try (FileChannel file =
                FileChannel.open(path.resolve("r/offsets.npy"), StandardOpenOption.WRITE)) {
            file.write(
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, offset),
                    file.size() - 8 * 6);
        }
        return path;
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MAX_VALUE, Long.MIN_VALUE, 31, 11})
    void damagedOffsetsAreRefusedByRow(long offset) throws IOException {
        Path path = damaged(offset);
        try (Store store = Store.open(path)) {
            for (Column column :
                    List.of(
                            column("r").packed(),
                            column("r").padToLongest(),
                            column("r").offsets(),
                            column("r").padTo(2).mask())) {
                try (BatchLoader loader =
                                BatchLoader.builder(store.table()).column(column).build();
                        Epoch epoch = loader.epoch(0)) {
                    String message =
                            assertThrows(CorruptStoreException.class, epoch::next).getMessage();
                    assertTrue(message.contains("ragged array 'r': row 4"), message);
                }
            }
        }
    }

    @Test
    void aFileThatIsCutIsAnError() throws IOException {
        Path path = damaged(15);
        try (Store store = Store.open(path);
                BatchLoader loader =
                        BatchLoader.builder(store.table()).column(column("r").packed()).build()) {
            try (Epoch epoch = loader.epoch(0)) {
                epoch.next().close();
            }
            try (FileChannel file =
                    FileChannel.open(path.resolve("r/offsets.npy"), StandardOpenOption.WRITE)) {
                file.truncate(4096);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            try (Epoch epoch = loader.epoch(1)) {
                assertThrows(CorruptStoreException.class, epoch::next);
            }
        }
    }
}
