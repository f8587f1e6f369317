// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.testing.ChildJvm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One writer and four reader processes; everything that makes garbage, and vacuum all the while. A
 * thousand commits; {@code -Dmemmpy.snapshot.commits=10000} for more.
 */
class SnapshotTest {
    private static final int COMMITS = Integer.getInteger("memmpy.snapshot.commits", 1000);
    private static final int ROWS = 20;
    private static final int READERS = 4;

    /**
     * The arrays have at most eight files; an arena is renewed when less than half of it is used.
     */
    private static final int MAX_MAPS = 40;

    /** A lease, its successor, a manifest or a file being mapped, and a directory being listed. */
    private static final int MAX_FILES = 8;

    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    private final List<Process> readers = new ArrayList<>();
    private int epoch;
    private int rows;
    private long freed;

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "mappings are counted in /proc/self/maps")
    void readersSeeWholeGenerationsWhileEverythingChanges() throws Exception {
        long start = System.nanoTime();
        try (Store store = Store.create(path(), StoreOption.NO_FORCE)) {
            replace(store);
            commit(store, 0, 0);
            for (int i = 0; i < READERS; i++) {
                readers.add(ChildJvm.start(Reader.class, path(), i % 2));
            }
            await("at 0");
            Counts counts = new Counts(path());
            for (int i = 1; i <= COMMITS; i++) {
                change(store, i);
                commit(store, i, i / 100);
                maintain(store, i);
                if (i % 100 == 0) {
                    await("at " + i / 100);
                    counts.take();
                }
            }
            commit(store, COMMITS + 1, -1);
            await("at -1");
            List<String> reports = new ArrayList<>();
            for (Process reader : readers) {
                reports.add(reader.inputReader(StandardCharsets.UTF_8).readLine());
                assertEquals(0, reader.waitFor());
            }
            verify(store);
            freed += store.vacuum().bytes();
            assertNothingLeft(store);
            System.out.printf(
                    "%,d commits in %.1f s; %,d bytes freed meanwhile; writer: %s; readers: %s%n",
                    COMMITS, (System.nanoTime() - start) / 1e9, freed, counts, reports);
        } finally {
            readers.forEach(Process::destroyForcibly);
        }
        try (Store store = Store.open(path())) {
            verify(store);
        }
    }

    private void await(String line) throws IOException {
        for (Process reader : readers) {
            assertEquals(line, reader.inputReader(StandardCharsets.UTF_8).readLine());
        }
    }

    // ---- the writer

    private void change(Store store, int i) throws IOException {
        if (i % 50 == 0) {
            replace(store);
        } else if (i % 100 == 60) {
            adopt(store);
        } else {
            append(store);
        }
        if (i % 10 == 3) {
            store.putValue("note", i);
        }
        if (i % 20 == 5) {
            store.array("extra/e" + i, DType.INT64).append(new long[] {i});
            if (i > 20) {
                store.delete("extra/e" + (i - 20));
            }
        }
    }

    private void replace(Store store) throws IOException {
        epoch++;
        rows = 0;
        store.replace("a", DType.INT64);
        store.replace("b", DType.INT32, 2);
        append(store);
    }

    private void append(Store store) throws IOException {
        append(store.array("a"), store.array("b"));
    }

    private void append(MappedArray a, MappedArray b) throws IOException {
        long[] first = new long[ROWS];
        int[] second = new int[2 * ROWS];
        for (int i = 0; i < ROWS; i++, rows++) {
            first[i] = a(rows, epoch);
            second[2 * i] = b(rows, epoch);
            second[2 * i + 1] = ~b(rows, epoch);
        }
        a.append(first);
        b.append(second);
    }

    private void adopt(Store store) throws IOException {
        Path path;
        try (Store part = Store.createPart(path(), "part", StoreOption.NO_FORCE)) {
            append(part.array("a", DType.INT64), part.array("b", DType.INT32, 2));
            part.commit();
            path = part.path();
        }
        store.adopt(List.of(path));
    }

    private void commit(Store store, int i, int sync) throws IOException {
        store.attributes("").set("commit", i).set("rows", rows).set("epoch", epoch);
        store.attributes("").set("sync", sync);
        store.commit();
    }

    private void maintain(Store store, int i) throws IOException {
        if (i % 100 == 80) {
            store.compact();
        }
        if (i % 7 == 0) {
            Vacuumed vacuumed = store.vacuum();
            for (int again = 0; vacuumed.heldBack().isPresent() && again < 1000; again++) {
                vacuumed = store.vacuum(); // a reader was about to take a generation just removed
            }
            assertTrue(vacuumed.heldBack().isEmpty(), vacuumed.toString());
            freed += vacuumed.bytes();
        }
    }

    private void assertNothingLeft(Store store) throws IOException {
        Set<String> expected = new TreeSet<>(Set.of("writer.lock", "writer.json"));
        Generations generations = new Generations(path());
        for (long generation : generations.numbers()) {
            expected.add(generations.file(generation).getFileName().toString());
            Manifest manifest = generations.read(generation);
            expected.addAll(PendingTree.files(manifest.arrays(), manifest.values()));
        }
        assertTrue(generations.numbers().contains(store.generation()));
        try (Stream<Path> files = Files.walk(path())) {
            assertEquals(
                    expected,
                    files.filter(Files::isRegularFile)
                            .map(file -> path().relativize(file).toString())
                            .collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    private static long a(long row, long epoch) {
        return row * 1_000_003 + epoch;
    }

    private static int b(long row, long epoch) {
        return (int) (row * 31 + epoch * 17);
    }

    // ---- a reader

    /** Reads every row of every generation that it sees. */
    private static void verify(Store store) {
        Attributes root = store.attributes("");
        long rows = root.getLong("rows");
        long epoch = root.getLong("epoch");
        String where = store + ", epoch " + epoch;
        assertEquals(rows, store.array("a").rows(), where);
        assertEquals(rows, store.array("b").rows(), where);
        assertEquals(rows, store.table().rows(), where);
        long[] a = new long[(int) rows];
        int[] b = new int[2 * (int) rows];
        store.array("a").read(0, a);
        store.array("b").read(0, b);
        for (int row = 0; row < rows; row++) {
            if (a[row] != a(row, epoch)
                    || b[2 * row] != b(row, epoch)
                    || b[2 * row + 1] != ~b(row, epoch)) {
                throw new AssertionError(where + ": torn row " + row);
            }
        }
        try {
            long commit = root.getLong("commit");
            if (store.exists("note")) {
                long note = (Long) store.value("note");
                assertTrue(note % 10 == 3 && note <= commit && note > commit - 10, where);
            }
            for (Node extra : store.exists("extra") ? store.list("extra") : List.<Node>of()) {
                long number = Long.parseLong(extra.name().substring(1));
                assertEquals(number, store.array(extra.path()).getLong(0));
                assertTrue(number <= commit && number > commit - 20, where);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** What a process holds of a store. */
    private static final class Counts {
        private final String store;
        private int maps;
        private int files;

        Counts(Path store) throws IOException {
            this.store = store.toRealPath().toString();
        }

        void take() throws IOException {
            int mapped = 0;
            for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
                mapped += line.contains(store) ? 1 : 0;
            }
            maps = Math.max(maps, mapped);
            int open = 0;
            for (String name : new java.io.File("/proc/self/fd").list()) {
                try {
                    Path file = Files.readSymbolicLink(Path.of("/proc/self/fd", name));
                    open += file.toString().contains(store) ? 1 : 0;
                } catch (IOException e) {
                    // closed since it was listed
                }
            }
            files = Math.max(files, open);
            if (maps > MAX_MAPS || files > MAX_FILES) {
                throw new AssertionError(this + ", and more with every generation?");
            }
        }

        @Override
        public String toString() {
            return "at most " + maps + " mappings, " + files + " files";
        }
    }

    /** Follows a store until it is told to stop; refreshes itself, or lets a follower do it. */
    public static final class Reader {
        private final Counts counts;
        private final CountDownLatch done = new CountDownLatch(1);
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private long seen;
        private long synced = Long.MIN_VALUE;

        private Reader(Path store) throws IOException {
            counts = new Counts(store);
        }

        public static void main(String[] args) throws Exception {
            Path path = Path.of(args[0]);
            Reader reader = new Reader(path);
            try (Store store = Store.open(path)) {
                if (args[1].equals("0")) {
                    reader.see(store);
                    while (reader.done.getCount() > 0) {
                        if (store.awaitNewer(Duration.ofMillis(100))) {
                            reader.see(store);
                        }
                    }
                } else {
                    try (Follower follower = store.follow(Duration.ofMillis(1), reader::see)) {
                        reader.done.await();
                        if (!follower.isActive()) {
                            throw new AssertionError("it has ended");
                        }
                    }
                }
            }
            if (reader.failure.get() != null) {
                throw new AssertionError(reader.failure.get());
            }
            System.out.println(reader.seen + " generations, " + reader.counts);
        }

        private void see(Store store) {
            try {
                verify(store);
                counts.take();
                seen++;
                long sync = store.attributes("").getLong("sync");
                if (sync != synced) {
                    synced = sync;
                    System.out.println("at " + sync);
                }
                if (sync < 0) {
                    done.countDown();
                }
            } catch (IOException | RuntimeException | AssertionError e) {
                System.out.println("failed: " + e);
                failure.set(e);
                done.countDown();
            }
        }
    }
}
