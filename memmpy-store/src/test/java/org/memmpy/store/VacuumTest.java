// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.os.Disk;
import org.memmpy.os.ReaderLease;
import org.memmpy.os.ReaderLeases;
import org.memmpy.testing.ChildJvm;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Frees what no generation in use names, and nothing else. */
class VacuumTest {
    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    private Store filled() throws IOException {
        Store store = Store.create(path(), StoreOption.FREE_ROOT);
        store.array("x", DType.INT32).append(new int[] {1, 2, 3});
        store.array("g/h/y", DType.INT8).append(new byte[2 << 20]);
        store.putValue("g/v", "a value");
        store.commit();
        return store;
    }

    private Set<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(path())) {
            return files.filter(Files::isRegularFile)
                    .map(file -> path().relativize(file).toString())
                    .filter(name -> !name.startsWith("writer.") && !name.startsWith(".readers"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void freesWhatWasDeletedReplacedAndLeftByTheDead() throws IOException {
        filled().close();
        Files.write(path().resolve("dead.npy"), new byte[7]);
        Files.write(path().resolve("memmpy-000099.json.aside"), new byte[7]);
        try (Store store = Store.edit(path())) {
            store.delete("g");
            store.replace("x", DType.INT32).append(new int[] {4});
            store.commit();
            Vacuumed vacuumed = store.vacuum();

            assertEquals(Set.of("memmpy-000003.json", "x~3.npy"), files());
            assertFalse(Files.exists(path().resolve("g")), "the directory is empty");
            assertEquals(2 + 5, vacuumed.files());
            assertTrue(vacuumed.bytes() > (2 << 20) + 4096 + 7, vacuumed::toString);
            assertEquals(Set.of(3L), vacuumed.generations());
            assertEquals(Set.of(), vacuumed.inUse());
            assertTrue(vacuumed.heldBack().isEmpty());
            assertEquals(4, store.array("x").getLong(0));

            store.replace("x", DType.INT64).append(new long[] {5});
            store.array("g/h/y", DType.INT16).append(new short[] {5});
            store.commit();
            store.vacuum();
            assertEquals(
                    Set.of("memmpy-000004.json", "x~4.npy", "g/h/y~4.npy"),
                    files(),
                    "the names x.npy and g/h/y.npy are not used again");
            assertEquals(0, store.vacuum().files());
        }
    }

    @Test
    void generationsThatTakeNoSpaceStayToFallBackTo() throws IOException {
        try (Store store = filled()) {
            store.array("x").append(new int[] {4});
            store.commit();
            assertEquals(List.of(2L, 3L), List.copyOf(store.vacuum().generations()));
        }
    }

    @Test
    void leavesTheFilesOfOthersAlone() throws IOException {
        filled().close();
        Path outside = Files.write(directory.resolve("outside.npy"), new byte[5]);
        Path linked = Files.createDirectory(directory.resolve("linked"));
        Files.write(linked.resolve("a.npy"), new byte[5]);
        Files.createSymbolicLink(path().resolve("link.npy"), outside);
        Files.createSymbolicLink(path().resolve("links"), linked);
        Files.createDirectory(path().resolve("empty"));
        Files.createDirectory(path().resolve(".cache"));
        Files.write(path().resolve(".cache/b.npy"), new byte[5]);
        Files.write(path().resolve("notes.txt"), new byte[5]);
        Files.write(path().resolve("a.json"), new byte[5]);
        try (Store inner = Store.create(path().resolve("inner"))) {
            inner.array("z", DType.INT8).append(new byte[1]);
            inner.commit();
        }
        Files.write(path().resolve("inner/dead.npy"), new byte[1]);
        Set<String> before = files();
        try (Store store = Store.edit(path())) {
            assertEquals(1, store.vacuum().files());
        }
        before.remove("memmpy-000001.json");
        assertEquals(before, files());
        assertTrue(Files.exists(linked.resolve("a.npy")));
        assertTrue(Files.isSymbolicLink(path().resolve("link.npy")));
        assertTrue(Files.isDirectory(path().resolve("empty")), "not made empty by us");
    }

    private Path cached(String name, Duration age) throws IOException {
        Path file = Files.write(path().resolve(".cache").resolve(name), new byte[8]);
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }

    private static String statistics(int number) {
        return String.format(Locale.ROOT, "statistics-%064x.bin", number);
    }

    @Test
    void forgetsStatisticsThatNobodyAsksFor() throws IOException {
        filled().close();
        Files.createDirectory(path().resolve(".cache"));
        String nonce = "-00000000-0000-0000-0000-000000000000.aside";
        Path month = cached(statistics(1), Duration.ofDays(31));
        Path week = cached(statistics(2), Duration.ofDays(7));
        Path dead = cached(statistics(3) + nonce, Duration.ofDays(2));
        Path alive = cached(statistics(4) + nonce, Duration.ofHours(1));
        Path foreign = cached("thumbnail.png", Duration.ofDays(99));
        try (Store store = Store.edit(path())) {
            assertEquals(1 + 2, store.vacuum().files(), "a manifest, too");
            assertEquals(
                    List.of(false, true, false, true, true),
                    Stream.of(month, week, dead, alive, foreign).map(Files::exists).toList());
            for (int i = 0; i < CacheSweep.MAX_FILES; i++) {
                cached(statistics(10 + i), Duration.ofMinutes(1));
            }
            assertEquals(8, store.vacuum().bytes());
            assertFalse(Files.exists(week), "the one used longest ago");
        }
    }

    @Test
    void forgetsCutsThatNobodyAsksFor() throws IOException {
        filled().close();
        Files.createDirectory(path().resolve(".cache"));
        String cut = "cut-" + "0123456789abcdef".repeat(4) + ".rows";
        String nonce = ".00000000-0000-0000-0000-000000000000.aside";
        Path dead = cached(cut + nonce, Duration.ofDays(2));
        Path alive = cached(cut.replace("0", "1") + nonce, Duration.ofHours(1));
        Path week = cached(cut.replace("0", "2"), Duration.ofDays(7));
        Path month = cached(cut, Duration.ofDays(31));
        try (Store store = Store.edit(path())) {
            store.vacuum();
        }
        assertEquals(
                List.of(false, true, true, false),
                Stream.of(dead, alive, week, month).map(Files::exists).toList());
    }

    @Test
    void statisticsThatAreUsedStay() throws IOException {
        try (Store store = filled()) {
            Statistics.of(store.array("x"));
            Path file;
            try (Stream<Path> files = Files.list(path().resolve(".cache"))) {
                file = files.findFirst().orElseThrow();
            }
            Files.setLastModifiedTime(
                    file, FileTime.from(Instant.now().minus(Duration.ofDays(40))));
            Statistics.of(store.array("x"));
            store.vacuum();
            assertTrue(Files.exists(file));
        }
    }

    @Test
    void aCacheThatIsALinkIsNotFollowed() throws IOException {
        filled().close();
        Path real = Files.createDirectory(path().resolve(".cache"));
        Path old = cached(statistics(1), Duration.ofDays(31));
        Path moved = Files.move(real, directory.resolve("elsewhere"));
        Files.createSymbolicLink(real, moved);
        try (Store store = Store.edit(path())) {
            store.vacuum();
        }
        assertTrue(Files.exists(moved.resolve(old.getFileName())));
    }

    @Test
    void worksThroughASymbolicLink() throws IOException {
        filled().close();
        Path link = Files.createSymbolicLink(directory.resolve("link"), path());
        try (Store store = Store.edit(link)) {
            store.replace("x", DType.INT32).append(new int[] {4});
            store.array("g/h/new", DType.INT8).append(new byte[1]);
            store.delete("g/h/y");
            assertEquals(1, store.vacuum().files(), "nothing of that is committed");
            store.commit();
            assertEquals(4, store.vacuum().files());
        }
        try (Store store = Store.open(path())) {
            assertEquals(4, store.array("x").getLong(0));
            assertEquals(0, store.array("g/h/new").getLong(0));
        }
    }

    @Test
    void whatIsNotCommittedStays() throws IOException {
        try (Store store = filled()) {
            store.array("new/z", DType.INT32).append(new int[] {1});
            store.putValue("w", "another");
            store.array("dropped/z", DType.INT32).append(new int[] {1});
            store.delete("dropped/z");
            store.replace("x", DType.INT32).append(new int[] {4});
            Files.write(path().resolve("dropped/dead.npy"), new byte[7]);
            assertEquals(2, store.vacuum().files(), "the dead one, and the empty generation 1");
            store.commit();
            assertEquals(1, store.array("new/z").getLong(0));
            assertEquals("another", store.value("w"));
            assertEquals(4, store.array("x").getLong(0));
        }
    }

    @Test
    void aReaderKeepsItsFilesUntilItRefreshesOrCloses() throws IOException {
        try (Store store = filled();
                Store first = Store.open(path())) {
            Store second = Store.open(path());
            store.replace("x", DType.INT32).append(new int[] {4});
            store.delete("g");
            store.commit();
            Vacuumed vacuumed = store.vacuum();
            assertEquals(Set.of(2L), vacuumed.inUse());
            assertEquals(Set.of(2L, 3L), vacuumed.generations(), "1 is empty");
            assertEquals(3, first.array("x").getLong(2), "mapped only now");
            assertEquals("a value", first.value("g/v"));

            assertTrue(first.refresh());
            assertEquals(0, store.vacuum().files());
            assertEquals(2 << 20, second.array("g/h/y").rows());
            second.close();
            assertEquals(5, store.vacuum().files());
            assertEquals(4, first.array("x").getLong(0));
        }
        assertFalse(Files.exists(path().resolve(".readers")));
    }

    @Test
    void aReaderSurvivesAnyNumberOfCommits() throws IOException {
        try (Store store = filled();
                Store reader = Store.open(path())) {
            for (int i = 0; i < 10; i++) {
                store.array("x").append(new int[] {i});
                store.commit();
            }
            assertTrue(new Generations(path()).numbers().contains(2L));
            store.vacuum();
            assertEquals(3, reader.array("x").rows());
        }
    }

    @Test
    void aReaderInAnotherProcessIsSeenUntilItDies() throws Exception {
        try (Store store = filled()) {
            Process child = ChildJvm.start(Reader.class, path());
            try {
                assertEquals("open", child.inputReader(StandardCharsets.UTF_8).readLine());
                store.delete("g");
                store.commit();
                assertEquals(1, store.vacuum().files(), "the manifest of generation 1 is not used");
                child.getOutputStream().write('\n');
                child.getOutputStream().flush();
                assertEquals("read 0", child.inputReader(StandardCharsets.UTF_8).readLine());
            } finally {
                child.destroyForcibly().waitFor();
            }
            assertEquals(4, store.vacuum().files());
        }
    }

    /** Opens a store, and reads when it is told to. */
    public static final class Reader {
        private Reader() {}

        public static void main(String[] args) throws IOException {
            Store store = Store.open(Path.of(args[0]));
            System.out.println("open");
            System.in.read();
            System.out.println("read " + store.array("g/h/y").getLong(7));
            System.in.read();
            System.out.println(store);
        }
    }

    @Test
    void theLeaseOfAGenerationThatIsGoneHoldsEverythingBack() throws IOException {
        try (Store store = filled()) {
            ReaderLease lease = ReaderLeases.acquire(path(), 77).orElseThrow();
            store.delete("g");
            store.commit();
            Set<String> before = files();
            Vacuumed vacuumed = store.vacuum();
            assertEquals(77, lease.generation());
            assertTrue(vacuumed.heldBack().orElseThrow().contains("generation 77"));
            assertEquals(before, files());
            lease.close();
            assertTrue(store.vacuum().heldBack().isEmpty());
        }
    }

    @Test
    void aDamagedNewerGenerationHoldsEverythingBack() throws IOException {
        filled().close();
        Files.write(path().resolve("memmpy-000003.json"), new byte[5]);
        Files.write(path().resolve("perhaps~3.npy"), new byte[5]);
        try (Store store = Store.edit(path())) {
            assertTrue(store.vacuum().heldBack().orElseThrow().contains("generation 3"));
            store.array("x").append(new int[] {4});
            assertEquals(4, store.commit());
            assertEquals(3, store.vacuum().files(), "and the empty generation 1");
        }
    }

    @Test
    void filesWaitAsLongAsTheyAreTold() throws IOException {
        filled().close();
        try (Store store = Store.edit(path())) {
            store.delete("g");
            store.commit();
            assertEquals(3, store.vacuum(Duration.ofHours(1)).waiting());
        }
        Manifest current = new Generations(path()).readNewest();
        Instant start = Instant.now();
        assertEquals(0, vacuum(current, start.plusSeconds(3500)).files());
        assertEquals(3, vacuum(current, start.minusSeconds(86_400)).waiting(), "clock set back");
        assertEquals(3, vacuum(current, start.minusSeconds(86_400 - 3500)).waiting());
        Files.write(path().resolve("new.npy"), new byte[5]);
        Vacuumed vacuumed = vacuum(current, start.minusSeconds(86_400 - 3601));
        assertEquals(3, vacuumed.files());
        assertEquals(1, vacuumed.waiting());
        Files.writeString(path().resolve("vacuum.json"), "{ damaged");
        assertEquals(1, vacuum(current, start.plusSeconds(86_400)).waiting(), "begins anew");
        assertEquals(1, vacuum(current, start.plusSeconds(2 * 86_400)).files());
        assertFalse(Files.exists(path().resolve("vacuum.json")));
    }

    private Vacuumed vacuum(Manifest current, Instant now) throws IOException {
        Vacuum.Waits waits = new Vacuum.Waits(Duration.ofHours(1), Duration.ZERO);
        Path real = path().toRealPath();
        return new Vacuum(real, Disk.REAL, current, Set.of(), waits, now).run(Set.of());
    }

    @Test
    void aTimeToWaitIsNotNegative() throws IOException {
        try (Store store = filled()) {
            assertThrows(IllegalArgumentException.class, () -> store.vacuum(Duration.ofHours(-1)));
        }
    }

    /** Whenever it is interrupted, no manifest that is there names a file that is not. */
    @Test
    void aCrashAtAnyDeletionLosesNothing() throws IOException {
        int step = 0;
        boolean crashed;
        do {
            try (Store store = filled()) {
                store.replace("x", DType.INT32).append(new int[] {4});
                store.commit();
                store.delete("g");
                store.commit();
            }
            crashed = vacuumCrashing(step++);
            Generations generations = new Generations(path());
            for (long generation : generations.numbers()) {
                Manifest manifest = generations.read(generation);
                for (String file : PendingTree.files(manifest.arrays(), manifest.values())) {
                    assertTrue(Files.exists(path().resolve(file)), generation + ": " + file);
                }
            }
            try (Store store = Store.edit(path())) {
                assertEquals(4, store.array("x").getLong(0));
                store.vacuum();
            }
            assertEquals(Set.of("memmpy-000004.json", "x~3.npy"), files());
            try (Stream<Path> all = Files.walk(path())) {
                for (Path file : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        } while (crashed);
        assertTrue(step > 7, "steps: " + step);
    }

    /** Every deletion from one on fails, as if the process were gone. */
    private boolean vacuumCrashing(int step) throws IOException {
        int[] left = {step};
        Disk disk =
                (Disk)
                        Proxy.newProxyInstance(
                                Disk.class.getClassLoader(),
                                new Class<?>[] {Disk.class},
                                (proxy, method, args) -> {
                                    if (method.getName().equals("delete") && left[0]-- <= 0) {
                                        throw new IllegalCallerException("crash");
                                    }
                                    try {
                                        return method.invoke(Disk.REAL, args);
                                    } catch (InvocationTargetException e) {
                                        throw e.getCause();
                                    }
                                });
        Manifest current = new Generations(path()).readNewest();
        Vacuum.Waits waits = new Vacuum.Waits(Duration.ZERO, Duration.ZERO);
        try {
            new Vacuum(path().toRealPath(), disk, current, Set.of(), waits, Instant.now())
                    .run(Set.of());
            return false;
        } catch (IllegalCallerException e) {
            return true;
        }
    }

    /** A vacuum may have asked what is shown before others have committed, and show it later. */
    @Test
    void whatIsShownBeforeTheNewestStays() throws IOException {
        try (Store store = filled()) {
            Manifest shown = store.shown();
            store.replace("x", DType.INT32).append(new int[] {4});
            store.commit();
            store.replace("x", DType.INT32).append(new int[] {5});
            store.commit();
            Vacuum.Waits waits = new Vacuum.Waits(Duration.ZERO, Duration.ZERO);
            store.requireWriter().vacuum(shown, waits);
            assertTrue(
                    files().containsAll(Set.of("x.npy", "x~3.npy", "x~4.npy")), files()::toString);
            store.vacuum();
            assertFalse(files().contains("x~3.npy"), files()::toString);
        }
    }

    @Test
    void aReaderCannotVacuum() throws IOException {
        filled().close();
        try (Store store = Store.open(path())) {
            assertThrows(IllegalStateException.class, store::vacuum);
        }
    }
}
