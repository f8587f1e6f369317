// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.index.RowFile;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Results are kept by what they were computed of, wherever something can be kept. */
class CutCacheTest {
    private static final String CUT = "(n >= 6) & (pt > ptmin)";
    private static final String FOLDER = "org.memmpy.cache";

    @TempDir private Path directory;
    private String before;

    @BeforeEach
    void useAFolderOfOurs() {
        before = System.setProperty(FOLDER, user().toString());
    }

    @AfterEach
    void restore() {
        if (before == null) {
            System.clearProperty(FOLDER);
        } else {
            System.setProperty(FOLDER, before);
        }
    }

    private Path user() {
        return directory.resolve("user");
    }

    private Path path() {
        return directory.resolve("t.memmpy");
    }

    private Path cache() {
        return path().resolve(".cache");
    }

    private Store filled() throws IOException {
        Store store = Store.create(path(), StoreOption.NO_FORCE);
        append(store, 10_000);
        store.commit();
        return store;
    }

    private static void append(Store store, int rows) throws IOException {
        int[] n = new int[rows];
        float[] pt = new float[rows];
        for (int i = 0; i < rows; i++) {
            n[i] = i * 31 % 12;
            pt[i] = i * 17 % 100;
        }
        store.array("n", DType.INT32).append(n);
        store.array("pt", DType.FLOAT32).append(pt);
    }

    private static Cut cut() {
        return Cut.parse(CUT).with("ptmin", 25);
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static List<Long> fresh(Store store) {
        return CutTest.list(cut().uncached().rows(store.table()));
    }

    private static List<Long> kept(Store store) {
        return CutTest.list(cut().rows(store.table()));
    }

    /** Puts other rows into a file, under its own note: who gets them has not evaluated. */
    private static void mark(Path file) throws IOException {
        RowFile.write(file, RowIndex.of(0, 2), RowFile.open(file).note());
    }

    private static final List<Long> MARK = List.of(0L, 2L);

    @Test
    void isReadWhenAskedAgain() throws IOException {
        try (Store store = filled()) {
            List<Long> rows = kept(store);
            assertEquals(fresh(store), rows);
            assertTrue(rows.size() > 1000);
            assertEquals(1, files(cache()).size());
            assertTrue(
                    files(cache())
                            .getFirst()
                            .getFileName()
                            .toString()
                            .matches("cut-[0-9a-f]{64}\\.rows"));
            assertEquals(rows, kept(store));
            mark(files(cache()).getFirst());
            assertEquals(MARK, kept(store));
            assertEquals(rows, fresh(store));
        }
        try (Store store = Store.open(path())) {
            assertEquals(MARK, kept(store));
            assertEquals(List.of(), files(user()));
        }
    }

    @Test
    void isSharedByWhatMeansTheSame() throws IOException {
        try (Store store = filled()) {
            kept(store);
            mark(files(cache()).getFirst());
            for (Cut same :
                    List.of(
                            Cut.parse("(6<=n)&(pt>25)"),
                            Cut.parse("((n >= low) & (`pt` > 2.5e1))").with("low", 6),
                            Cut.parse("(n > 5) & (pt > 5 * 5)"))) {
                assertEquals(MARK, CutTest.list(same.rows(store.table())), same.toString());
            }
            for (Cut other :
                    List.of(
                            Cut.parse("(n >= 6) & (pt > 26)"),
                            Cut.parse("(n >= 6) & (pt >= 25)"),
                            Cut.parse("(n >= 6) & (n > 25)"))) {
                assertNotEquals(MARK, CutTest.list(other.rows(store.table())), other.toString());
            }
        }
    }

    @Test
    void isExtendedWhenRowsCome() throws IOException {
        try (Store store = filled()) {
            List<Long> first = kept(store);
            mark(files(cache()).getFirst());
            append(store, 5_000);
            store.commit();
            List<Long> expected = new ArrayList<>(MARK);
            expected.addAll(fresh(store).subList(first.size(), fresh(store).size()));
            assertTrue(expected.size() > 500);
            assertEquals(expected, kept(store), "only the new rows were evaluated");
            assertEquals(1, files(cache()).size());
            assertEquals(expected, kept(store));
            RowIndex rows = cut().rows(store.table());
            assertTrue(rows.isSorted());
        }
    }

    @Test
    void outlivesWhatDoesNotChangeTheRows() throws IOException {
        Path pack = directory.resolve("pack.npz");
        try (Store store = filled()) {
            append(store, 10);
            store.commit();
            kept(store);
            mark(files(cache()).getFirst());
            store.attributes("n").set("unit", "1");
            store.array("other", DType.INT8).append(new byte[10_010]);
            store.commit();
            assertEquals(MARK, kept(store));
            store.compact();
            store.commit();
            assertEquals(MARK, kept(store));
            store.vacuum();
            assertEquals(MARK, kept(store));
            store.pack(pack);
        }
        Path cached = files(cache()).getFirst();
        Path unpacked = directory.resolve("unpacked");
        Store.unpack(pack, unpacked);
        Files.createDirectory(unpacked.resolve(".cache"));
        Files.copy(cached, unpacked.resolve(".cache").resolve(cached.getFileName()));
        try (Store store = Store.open(unpacked)) {
            assertEquals(MARK, kept(store));
        }
    }

    @Test
    void isNotOfAnotherColumn() throws IOException {
        try (Store store = filled()) {
            kept(store);
            mark(files(cache()).getFirst());
            float[] pt = new float[10_000];
            Arrays.fill(pt, 99);
            store.replace("pt", DType.FLOAT32).append(pt);
            store.commit();
            assertEquals(fresh(store), kept(store));
            assertEquals(1, files(cache()).size());
            store.replace("pt", DType.FLOAT64).append(new double[10_000]);
            store.commit();
            assertEquals(List.of(), kept(store));
            assertEquals(2, files(cache()).size());
        }
    }

    @Test
    void isNotOfOtherCategories() throws IOException {
        Cut up = Cut.parse("n == 'up'");
        try (Store store = filled()) {
            store.attributes("n").set("categories", List.of("down", "up"));
            store.commit();
            assertEquals(1, CutTest.list(up.rows(store.table())).getFirst() * 31 % 12);
            store.attributes("n").set("categories", List.of("up", "down"));
            store.commit();
            assertEquals(0, CutTest.list(up.rows(store.table())).getFirst());
        }
    }

    @Test
    void aReaderOfAnOlderGenerationLeavesTheNewerResult() throws IOException {
        try (Store store = filled();
                Store old = Store.open(path())) {
            List<Long> rows = fresh(old);
            append(store, 500);
            store.commit();
            List<Long> more = kept(store);
            Path file = files(cache()).getFirst();
            byte[] bytes = Files.readAllBytes(file);
            assertEquals(rows, kept(old));
            assertEquals(Arrays.toString(bytes), Arrays.toString(Files.readAllBytes(file)));
            assertEquals(more, kept(store));
        }
    }

    @Test
    void aResultOfLongerDataThatIsGoneIsReplaced() throws IOException {
        try (Store store = filled()) {
            kept(store);
        }
        Path cached = files(cache()).getFirst();
        Path aside = directory.resolve("aside");
        Files.move(cached, aside);
        Path other = directory.resolve("other.memmpy");
        Files.move(path(), other);
        try (Store store = Store.create(path(), StoreOption.NO_FORCE)) {
            store.array("n", DType.INT32).append(new int[] {7, 1, 8, 9});
            store.array("pt", DType.FLOAT32).append(new float[] {30, 30, 1, 40});
            store.commit();
            Files.createDirectories(cache());
            Files.move(aside, cached);
            assertEquals(List.of(0L, 3L), kept(store));
            mark(cached);
            assertEquals(MARK, kept(store));
        }
    }

    @Test
    void damageIsComputedAgain() throws IOException {
        try (Store store = filled()) {
            List<Long> rows = kept(store);
            Path file = files(cache()).getFirst();
            byte[] good = Files.readAllBytes(file);
            for (int at : new int[] {0, 9, 17, 25, 33, 41, 90, 130}) {
                byte[] bad = good.clone();
                bad[at] ^= 0x40;
                Files.delete(file); // a mapping of it may be in use
                Files.write(file, bad);
                assertEquals(rows, kept(store), "byte " + at);
                assertEquals(Arrays.hashCode(good), Arrays.hashCode(Files.readAllBytes(file)));
            }
            for (int length : new int[] {0, 7, 100, 4096, good.length - 1}) {
                Files.delete(file);
                Files.write(file, Arrays.copyOf(good, length));
                assertEquals(rows, kept(store), length + " bytes");
                assertEquals(Arrays.hashCode(good), Arrays.hashCode(Files.readAllBytes(file)));
            }
            Files.delete(file);
            assertEquals(rows, kept(store));
        }
    }

    @Test
    void twoAtOnceDoNoHarm() throws Exception {
        try (Store store = filled();
                Store other = Store.open(path())) {
            List<Long> expected = fresh(store);
            List<Throwable> failures = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (Store each : List.of(store, other, store, other)) {
                threads.add(
                        Thread.ofPlatform()
                                .start(
                                        () -> {
                                            try {
                                                for (int i = 0; i < 20; i++) {
                                                    assertEquals(expected, kept(each));
                                                    for (Path file : files(cache())) {
                                                        Files.deleteIfExists(file);
                                                    }
                                                }
                                            } catch (IOException | RuntimeException | Error e) {
                                                synchronized (failures) {
                                                    failures.add(e);
                                                }
                                            }
                                        }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(List.of(), failures);
        }
    }

    @Test
    void isInTheUsersFolderWhereTheStoreCannotBeWritten() throws IOException {
        filled().close();
        Files.writeString(cache(), "in the way");
        try (Store store = Store.open(path())) {
            List<Long> rows = kept(store);
            assertEquals(fresh(store), rows);
            assertEquals(1, files(user()).size());
            mark(files(user()).getFirst());
            assertEquals(MARK, kept(store));
            Path file = files(user()).getFirst();
            Path old = Files.copy(file, user().resolve("cut-old.rows"));
            Path other = Files.copy(file, user().resolve("other"));
            FileTime month = FileTime.from(Instant.now().minus(Duration.ofDays(31)));
            Files.setLastModifiedTime(old, month);
            Files.setLastModifiedTime(other, month);
            Cut.parse("n == 1").rows(store.table());
            assertEquals(
                    List.of(false, true, true),
                    Stream.of(old, other, file).map(Files::exists).toList());
        }
        Files.move(path(), directory.resolve("moved"), StandardCopyOption.ATOMIC_MOVE);
        try (Store store = Store.open(directory.resolve("moved"))) {
            assertEquals(fresh(store), kept(store), "another store, as far as is known");
        }
    }

    @Test
    void ofAPackIsInTheUsersFolder() throws IOException {
        Path pack = directory.resolve("pack.npz");
        try (Store store = filled()) {
            store.pack(pack);
        }
        try (Store store = Store.open(pack)) {
            assertEquals(fresh(store), kept(store));
            mark(files(user()).getFirst());
            assertEquals(MARK, kept(store));
        }
        try (Store store = Store.edit(path())) {
            append(store, 10);
            store.commit();
            store.pack(pack);
        }
        try (Store store = Store.open(pack)) {
            List<Long> kept = kept(store);
            assertEquals(MARK, kept.subList(0, 2));
            assertTrue(kept.getLast() >= 10_000);
        }
    }

    @Test
    void ofAFileOfNumPyIsFoundAgainBecauseOfItsContent() throws IOException {
        filled().close();
        Path npy = Files.copy(path().resolve("n.npy"), directory.resolve("n.npy"));
        Cut six = Cut.parse("n == 6");
        try (Store store = Store.open(npy)) {
            assertEquals(833, six.rows(store.table()).size());
            mark(files(user()).getFirst());
        }
        try (Store store = Store.open(npy)) {
            assertEquals(MARK, CutTest.list(six.rows(store.table())));
        }
    }

    @Test
    void isInMemoryWhereNothingCanBeWritten() throws IOException {
        filled().close();
        Files.writeString(cache(), "in the way");
        Files.writeString(user(), "in the way, too");
        try (Store store = Store.open(path())) {
            List<Long> rows = kept(store);
            assertEquals(fresh(store), rows);
            RowIndex first = cut().rows(store.table());
            assertEquals(first, cut().rows(store.table()), "the very same");
        }
    }

    @Test
    void ofACutFileIsAnError() throws IOException {
        filled().close();
        try (Store store = Store.open(path())) {
            store.array("n").getLong(0);
            store.array("pt").getDouble(0);
            try (RandomAccessFile file =
                    new RandomAccessFile(path().resolve("pt.npy").toFile(), "rw")) {
                file.setLength(4096);
            }
            for (int threads : new int[] {1, 3}) {
                CorruptStoreException e =
                        assertThrows(
                                CorruptStoreException.class,
                                () -> cut().rows(store.table(), threads));
                assertTrue(e.getMessage().contains("'pt'"), e.getMessage());
            }
            assertEquals(List.of(), files(cache()));
        }
    }

    @Test
    void afterClosingIsAnError() throws IOException {
        Store store = filled();
        store.close();
        assertThrows(IllegalStateException.class, () -> cut().uncached().rows(store.table()));
    }
}
