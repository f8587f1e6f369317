// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.testing.ChildJvm;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

class ReaderLeasesTest {
    @TempDir private Path store;

    @Test
    void isNamedAndLiveUntilClosed() throws IOException {
        assertEquals(Set.of(), ReaderLeases.namedGenerations(store));
        assertEquals(Set.of(), ReaderLeases.scan(store, true).generations());
        ReaderLease twelve = acquire(12);
        try (ReaderLease other = acquire(9)) {
            assertEquals(Set.of(9L, 12L), ReaderLeases.namedGenerations(store));
            ReaderLeases.Live live = ReaderLeases.scan(store, true);
            assertEquals(Set.of(9L, 12L), live.generations());
            assertEquals(0, live.dead());
            assertEquals(ProcessHandle.current().pid(), live.readers().get(0).pid());
            twelve.close();
            twelve.close();
            assertEquals(Set.of(other.generation()), ReaderLeases.scan(store, true).generations());
        }
        assertEquals(Set.of(), ReaderLeases.namedGenerations(store));
        assertFalse(Files.exists(store.resolve(".readers")), "the last one removes the directory");
    }

    @Test
    void aScanLeavesThisProcessItsLocks() throws Exception {
        try (ReaderLease lease = acquire(3)) {
            ReaderLeases.scan(store, true);
            ReaderLeases.namedGenerations(store);
            assertEquals("live [3] dead 0", scanElsewhere());
            assertTrue(Files.exists(lease.file()));
        }
    }

    @Test
    void theSameStoreByAnotherNameIsKnown() throws Exception {
        Path link = Files.createSymbolicLink(store.resolve("link"), store);
        try (ReaderLease lease = acquire(3)) {
            assertEquals(Set.of(3L), ReaderLeases.scan(link, true).generations());
            assertEquals("live [3] dead 0", scanElsewhere());
            assertTrue(Files.exists(lease.file()));
        }
    }

    @Test
    void aScanByAnotherClassLoaderLeavesThisProcessItsLocks() throws Exception {
        URL classes = ReaderLeases.class.getProtectionDomain().getCodeSource().getLocation();
        ClassLoader platform = ClassLoader.getPlatformClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes}, platform);
                ReaderLease lease = acquire(3)) {
            Class<?> other = loader.loadClass(ReaderLeases.class.getName());
            assertFalse(other.equals(ReaderLeases.class));
            other.getMethod("scan", Path.class, boolean.class).invoke(null, store, true);
            assertEquals("live [3] dead 0", scanElsewhere());
            assertTrue(Files.exists(lease.file()));
        }
    }

    @Test
    void aKilledProcessHoldsNothing() throws Exception {
        Process child = ChildJvm.start(Holder.class, store, 5);
        try (ReaderLease mine = acquire(6)) {
            assertEquals("held", line(child));
            ReaderLeases.Live live = ReaderLeases.scan(store, true);
            assertEquals(Set.of(5L, 6L), live.generations());
            assertTrue(live.readers().contains(new ReaderLeases.Reader(5, child.pid())));
            child.destroyForcibly().waitFor();

            assertEquals(Set.of(5L, 6L), ReaderLeases.namedGenerations(store), "by name only");
            assertEquals(1, ReaderLeases.scan(store, false).dead());
            assertEquals(Set.of(5L, 6L), ReaderLeases.namedGenerations(store), "not removed");
            assertEquals(Set.of(6L), ReaderLeases.scan(store, true).generations());
            assertEquals(Set.of(mine.generation()), ReaderLeases.namedGenerations(store));
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void onlyLeasesAreLookedAt() throws IOException {
        Path directory = Files.createDirectory(store.resolve(".readers"));
        for (String name : new String[] {"7-1-ab.lease~", "x-1-ab.lease", "notes.txt"}) {
            Files.createFile(directory.resolve(name));
        }
        Path dead = Files.createFile(directory.resolve("7-1-00ab.lease"));
        assertEquals(Set.of(7L), ReaderLeases.namedGenerations(store));
        assertEquals(new ReaderLeases.Live(List.of(), 1), ReaderLeases.scan(store, true));
        assertFalse(Files.exists(dead));
        try (var left = Files.list(directory)) {
            assertEquals(3, left.count());
        }
    }

    @Test
    void aFileInPlaceOfTheDirectoryMeansNoLeases() throws IOException {
        Files.createFile(store.resolve(".readers"));
        assertEquals(Optional.empty(), ReaderLeases.acquire(store, 1));
        assertThrows(IOException.class, () -> ReaderLeases.scan(store, true));
        assertThrows(IOException.class, () -> ReaderLeases.namedGenerations(store));
    }

    @Test
    void aDirectoryThatTakesNoFilesMeansNoLeases() {
        Path proc = Path.of("/proc/self");
        assumeTrue(Files.isDirectory(proc), "no /proc");
        assertEquals(Optional.empty(), ReaderLeases.acquire(proc, 1));
    }

    @Test
    void aReadOnlyDirectoryMeansNoLeases() throws IOException {
        assumeTrue(Files.getFileStore(store).supportsFileAttributeView("posix"), "no permissions");
        Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            assumeFalse(Files.isWritable(store), "root writes everywhere");
            assertEquals(Optional.empty(), ReaderLeases.acquire(store, 1));
            assertEquals(Set.of(), ReaderLeases.scan(store, true).generations());
        } finally {
            Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Test
    void anInterruptDoesNotLoseALease() throws IOException {
        Thread.currentThread().interrupt();
        try (ReaderLease lease = acquire(4)) {
            assertEquals(Set.of(lease.generation()), ReaderLeases.scan(store, true).generations());
        } finally {
            assertTrue(Thread.interrupted(), "still to be seen");
        }
    }

    /** Another process removes the dead ones all the time; each lease must outlive that. */
    @Test
    void readersComeAndGoWhileOthersLook() throws Exception {
        Process scanner = ChildJvm.start(Scanner.class, store, 1);
        List<Future<Integer>> threads = new ArrayList<>();
        try (ReaderLease kept = acquire(1);
                ExecutorService pool = Executors.newFixedThreadPool(9)) {
            scanner.getOutputStream().write('\n');
            scanner.getOutputStream().flush();
            assertEquals("scanning", line(scanner));
            for (int t = 0; t < 8; t++) {
                int generation = 2 + t;
                threads.add(pool.submit(() -> comeAndGo(generation)));
            }
            Future<Integer> scans = pool.submit(() -> scanUntil(threads));
            for (Future<Integer> thread : threads) {
                assertEquals(300, thread.get());
            }
            assertTrue(scans.get() > 0);
            scanner.getOutputStream().close();
            String output = scanner.inputReader(StandardCharsets.UTF_8).readLine();
            assertEquals(0, scanner.waitFor(), output);
            assertEquals(Set.of(kept.generation()), ReaderLeases.namedGenerations(store));
        } finally {
            scanner.destroyForcibly();
        }
    }

    private int comeAndGo(long generation) throws IOException {
        int held = 0;
        for (int i = 0; i < 300; i++) {
            try (ReaderLease lease = acquire(generation)) {
                assertTrue(ReaderLeases.namedGenerations(store).contains(generation));
                if (i % 10 == 0) {
                    assertTrue(ReaderLeases.scan(store, true).generations().contains(generation));
                }
                assertTrue(Files.exists(lease.file()), "removed while it was held");
                held++;
            }
        }
        return held;
    }

    private int scanUntil(List<Future<Integer>> threads) throws IOException {
        int scans = 0;
        do {
            assertTrue(ReaderLeases.scan(store, true).generations().contains(1L));
            scans++;
        } while (!threads.stream().allMatch(Future::isDone));
        return scans;
    }

    private ReaderLease acquire(long generation) {
        return ReaderLeases.acquire(store, generation).orElseThrow();
    }

    private String scanElsewhere() throws Exception {
        Process child = ChildJvm.start(Scan.class, store);
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, child.waitFor(), output);
        return output.strip();
    }

    private static String line(Process child) throws IOException {
        BufferedReader reader = child.inputReader(StandardCharsets.UTF_8);
        String line = reader.readLine();
        assertNotNull(line, "the child ended");
        return line;
    }

    /** Holds a lease until it is killed. */
    public static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws IOException {
            Optional<ReaderLease> lease =
                    ReaderLeases.acquire(Path.of(args[0]), Long.parseLong(args[1]));
            System.out.println(lease.isPresent() ? "held" : "not held");
            System.in.read();
        }
    }

    /** Looks once. */
    public static final class Scan {
        private Scan() {}

        public static void main(String[] args) throws IOException {
            ReaderLeases.Live live = ReaderLeases.scan(Path.of(args[0]), true);
            System.out.println("live " + live.generations() + " dead " + live.dead());
        }
    }

    /** Looks until its input ends; fails if the lease of a generation is ever not seen. */
    public static final class Scanner {
        private Scanner() {}

        public static void main(String[] args) throws IOException {
            Path store = Path.of(args[0]);
            long kept = Long.parseLong(args[1]);
            System.in.read();
            System.out.println("scanning");
            Thread end =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try {
                                            while (System.in.read() >= 0) {}
                                        } catch (IOException e) {
                                            throw new java.io.UncheckedIOException(e);
                                        }
                                    });
            int dead = 0;
            while (end.isAlive()) {
                ReaderLeases.Live live = ReaderLeases.scan(store, true);
                dead += live.dead();
                if (!live.generations().contains(kept)) {
                    System.out.println("the lease of generation " + kept + " was not seen");
                    System.exit(1);
                }
            }
            System.out.println(dead + " were closed, or not yet locked, when they were looked at");
        }
    }
}
