// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.os.OpenResources;
import org.memmpy.os.PageFile;
import org.memmpy.store.PartedArrays;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.memmpy.testing.Rows;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Columns that are delivered where they are hold what copies hold. */
class UncopiedTest {
    private static final int ROWS = 205;
    private static final RowType IMAGE = RowType.of(DType.UINT8, 2, 4096);
    private static final RowType LABEL = RowType.of(DType.INT32);
    private static final byte[] IMAGES = Rows.random(IMAGE, ROWS, 1);
    private static final byte[] LABELS = Rows.random(LABEL, ROWS, 2);

    @TempDir private Path directory;
    private Path path;
    private Store store;

    enum Way {
        VIEWS,
        REMAPPED;

        LoaderBuilder in(LoaderBuilder loader) {
            assumeTrue(this == VIEWS || PageFile.isSupported(), "no windows on this system");
            return this == VIEWS ? loader.unsafeViews("image") : loader.unsafeRemapped("image");
        }
    }

    /** The images lie in three files; a column beside them is copied. */
    @BeforeEach
    void createStore() throws IOException {
        path = directory.resolve("test.memmpy");
        try (Store writer = Store.create(path, StoreOption.NO_FORCE)) {
            PartedArrays.append(writer, "image", IMAGE, MemorySegment.ofArray(IMAGES), 3);
            writer.array("label", LABEL.dtype()).append(MemorySegment.ofArray(LABELS));
            writer.commit();
        }
        store = Store.open(path);
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private LoaderBuilder loader() {
        return BatchLoader.builder(store.table())
                .column(column("label"))
                .column(column("image"))
                .column(column("label").as(DType.INT64))
                .batchSize(16);
    }

    private static byte[] row(byte[] rows, RowType type, long row) {
        int bytes = (int) type.bytes();
        return Arrays.copyOfRange(rows, (int) row * bytes, ((int) row + 1) * bytes);
    }

    private static void assertRows(MiniBatch batch) {
        byte[] labels = Rows.bytes(batch.segment(0));
        byte[] images = Rows.bytes(batch.segment(1));
        assertEquals(batch.rows() * IMAGE.bytes(), images.length);
        for (int i = 0; i < batch.rows(); i++) {
            assertArrayEquals(row(LABELS, LABEL, batch.rowId(i)), row(labels, LABEL, i));
            assertArrayEquals(row(IMAGES, IMAGE, batch.rowId(i)), row(images, IMAGE, i));
        }
        assertEquals(batch.rows() * 8L, batch.segment(2).byteSize());
    }

    @ParameterizedTest
    @EnumSource
    void everyOrderGivesTheRowsOfTheTable(Way way) {
        for (Order order : List.of(Order.sequential(), Order.shuffled(3), Order.blocks(4, 16, 2))) {
            try (BatchLoader loader =
                    way.in(loader().order(order)).threads(2).prefetch(3).build()) {
                for (int e = 0; e < 3; e++) {
                    try (Epoch epoch = loader.epoch(e)) {
                        for (MiniBatch batch : epoch) {
                            try (batch) {
                                assertRows(batch);
                            }
                        }
                    }
                }
            }
        }
    }

    @Test
    void oneThreadMapsUnlessMoreAreAskedFor() {
        try (BatchLoader mapping = Way.REMAPPED.in(loader()).build();
                BatchLoader viewing = Way.VIEWS.in(loader()).build();
                BatchLoader three = Way.REMAPPED.in(loader()).threads(3).build()) {
            assertEquals(1, mapping.describe().threads());
            int some = Math.min(2, Runtime.getRuntime().availableProcessors());
            assertEquals(some, viewing.describe().threads()); // rows out of order are copied
            assertEquals(3, three.describe().threads());
        }
    }

    @ParameterizedTest
    @EnumSource
    void batchesThatAreKeptStayWhatTheyAre(Way way) {
        RowIndex thrice = RowIndex.all(ROWS).repeat(3);
        try (BatchLoader loader = way.in(loader().index(thrice)).build();
                Epoch epoch = loader.epoch(0)) {
            List<MiniBatch> kept = new ArrayList<>();
            epoch.forEach(kept::add);
            kept.forEach(UncopiedTest::assertRows);
            kept.forEach(MiniBatch::close);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theStoreMayBeClosedMeanwhile(Way way) {
        try (BatchLoader loader = way.in(loader()).build();
                Epoch epoch = loader.epoch(0);
                MiniBatch batch = epoch.next()) {
            store.close();
            assertRows(batch);
        }
    }

    @Test
    void consecutiveRowsAreTheMappingItself() {
        try (BatchLoader loader = loader().unsafeViews("image").build();
                Epoch epoch = loader.epoch(0)) {
            List<Boolean> views = new ArrayList<>();
            for (MiniBatch batch : epoch) {
                try (batch) {
                    views.add(batch.segment(1).isReadOnly());
                    assertRows(batch);
                }
            }
            List<Boolean> expected = new ArrayList<>();
            for (int first = 0; first < ROWS; first += 16) {
                int last = Math.min(first + 16, ROWS) - 1;
                expected.add(Math.min(first / 68, 2) == Math.min(last / 68, 2));
            }
            assertEquals(expected, views, "only batches within one file are views");
        }
    }

    @Test
    void whatIsWrittenIntoAWindowStaysThere() {
        try (BatchLoader loader = Way.REMAPPED.in(loader()).threads(1).prefetch(1).build()) {
            for (int e = 0; e < 2; e++) {
                try (Epoch epoch = loader.epoch(e)) {
                    for (MiniBatch batch : epoch) {
                        try (batch) {
                            assertRows(batch);
                            batch.segment(1).fill((byte) 7);
                        }
                    }
                }
            }
        }
        byte[] stored = new byte[IMAGES.length];
        store.array("image").read(0, stored);
        assertArrayEquals(IMAGES, stored);
    }

    @Test
    void aFileThatWasCutIsToldWhenItsRowsAreMapped() throws IOException {
        try (BatchLoader loader = Way.REMAPPED.in(loader()).threads(1).prefetch(1).build()) {
            for (Path file : partFiles()) {
                try (RandomAccessFile part = new RandomAccessFile(file.toFile(), "rw")) {
                    part.setLength(part.length() - 1);
                }
            }
            try (Epoch epoch = loader.epoch(0)) {
                CorruptStoreException e =
                        assertThrows(
                                CorruptStoreException.class, () -> epoch.forEach(MiniBatch::close));
                assertTrue(e.getMessage().contains("column 'image'"), e.getMessage());
                assertTrue(e.getMessage().contains("cut"), e.getMessage());
            }
        }
    }

    private List<Path> partFiles() throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            List<Path> found =
                    files.filter(file -> file.getFileName().toString().equals("x.npy")).toList();
            assertEquals(3, found.size());
            return found;
        }
    }

    @Test
    void whatCannotBeDeliveredSoIsRefused() throws IOException {
        assumeTrue(PageFile.isSupported(), "no windows on this system");
        assertRefused(loader().unsafeRemapped("label"), "rows of 4 bytes are no whole pages");
        assertRefused(loader().unsafeViews("imag"), "'imag' is no column");
        assertRefused(
                BatchLoader.builder(store.table())
                        .column(column("image").as(DType.FLOAT32))
                        .unsafeViews("image"),
                "column 'image' is converted");
        assertRefused(loader().unsafeRemapped("image").memory(blocks -> null), "memory of another");

        Path foreign = directory.resolve("foreign.npy");
        byte[] header = new byte[128];
        byte[] text =
                "\u0093NUMPY\1\0\166\0{'descr': '|u1', 'fortran_order': False, 'shape': (2, 4096), }"
                        .getBytes(StandardCharsets.ISO_8859_1);
        Arrays.fill(header, (byte) ' ');
        System.arraycopy(text, 0, header, 0, text.length);
        header[127] = '\n';
        Files.write(foreign, header);
        Files.write(foreign, new byte[8192], StandardOpenOption.APPEND);
        try (Store other = Store.open(foreign)) {
            String name = other.arrays().getFirst();
            assertRefused(
                    BatchLoader.builder(other.table()).column(column(name)).unsafeRemapped(name),
                    "the rows begin at byte 128");
        }
    }

    private static void assertRefused(LoaderBuilder builder, String reason) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, builder::build);
        assertTrue(e.getMessage().contains(reason), e.getMessage());
    }

    @Test
    void whatIsRemappedTakesNoMemoryOfTheLoader() {
        assumeTrue(PageFile.isSupported(), "no windows on this system");
        try (BatchLoader loader = loader().unsafeRemapped("image").prefetch(64).build();
                Epoch epoch = loader.epoch(0)) {
            epoch.forEach(MiniBatch::close);
            assertTrue(
                    loader.memoryBytes() <= loader.describe().memoryBytes(),
                    () -> loader.memoryBytes() + " of " + loader.describe());
        }
    }

    @Test
    void windowsStayForTheNextPassUntilTheLoaderIsClosed() {
        assumeTrue(PageFile.isSupported(), "no windows on this system");
        long before = openWindows();
        try (BatchLoader loader = loader().unsafeRemapped("image").prefetch(2).build()) {
            for (int e = 0; e < 10; e++) {
                try (Epoch epoch = loader.epoch(e)) {
                    epoch.forEach(MiniBatch::close);
                }
                long open = openWindows() - before;
                assertTrue(open > 0, "the first pass's windows were unmapped");
                assertTrue(open <= 2 + 2 + 1, open + " windows"); // ahead, gathered and taken
            }
        }
        assertEquals(before, openWindows());
    }

    private static long openWindows() {
        return OpenResources.stillOpen().stream()
                .filter(opened -> String.valueOf(opened.getMessage()).contains("page window"))
                .count();
    }

    @Test
    void windowsEndWhereTheSystemsMappingsWould() {
        RowIndex many = RowIndex.all(ROWS).repeat(200);
        try (BatchLoader loader =
                        Way.REMAPPED
                                .in(loader().index(many))
                                .batchSize(20_000)
                                .prefetch(1)
                                .build();
                Epoch epoch = loader.epoch(0)) {
            MemmpyException e = assertThrows(MemmpyException.class, epoch::next);
            assertTrue(e.getMessage().contains("vm.max_map_count"), e.getMessage());
        }
    }
}
