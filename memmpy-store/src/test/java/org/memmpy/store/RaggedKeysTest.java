// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.kernel.KeyHashes;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Rows that are found by their names. */
class RaggedKeysTest {
    private static final RaggedType BYTES = RaggedType.of(DType.UINT8).keyed();

    /** Pairs of equal FNV-1a-64. */
    private static final List<String> COLLIDING =
            List.of(
                    "8yn0iYCKYHlIj4-BwPqk", "GReLUrM4wMqfg9yzV3KQ",
                    "gMPflVXtwGDXbIhP73TX", "LtHf1prlU1bCeYZEdqWf",
                    "pFuM83THhM-Qw8FI5FKo", ".jPx7rOtTDteKAwvfOEo",
                    "7mohtcOFVz", "c1E51sSEyx",
                    "6a5x-VbtXk", "f_2k7GG-4v");

    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    private static List<String> names(String prefix, int from, int to) {
        List<String> names = new ArrayList<>();
        for (int i = from; i < to; i++) {
            names.add(prefix + i);
        }
        return names;
    }

    /** Appends rows of one byte: the low one of the number. */
    private static void put(RaggedArray array, int from, int to) throws IOException {
        byte[] values = new byte[to - from];
        long[] lengths = new long[to - from];
        for (int i = from; i < to; i++) {
            values[i - from] = (byte) i;
            lengths[i - from] = 1;
        }
        array.putAll(names("key ", from, to), values, lengths);
    }

    private static void assertKeys(RaggedArray array, int from, int to, int step) {
        for (int i = from; i < to; i += step) {
            assertEquals(i, array.row("key " + i));
            assertEquals("key " + i, array.key(i));
            assertArrayEquals(new byte[] {(byte) i}, array.getBytes(i));
        }
        for (int i = 0; i < 1000; i++) {
            assertEquals(-1, array.row("no key " + i));
        }
    }

    private List<Long> runs() throws IOException {
        Manifest.Array sorted = new Generations(path()).readNewest().arrays().get("k/sorted");
        return sorted.parts().stream().map(Manifest.Part::rows).filter(rows -> rows > 0).toList();
    }

    @Test
    void keysAreFoundAndUnique() throws IOException {
        String pair = "\ud83d\ude00";
        List<String> keys = List.of("", "a", "\u00e4", "e\u0301", "\u00e9", pair, "a/b", "\0");
        try (Store store = Store.create(path())) {
            RaggedArray k = store.ragged("k", BYTES);
            for (String key : keys) {
                k.put(key, key.getBytes(StandardCharsets.UTF_8));
            }
            assertEquals(-1, k.row("a"), "not committed yet");
            store.commit();
            k.put("new", new byte[3]);
            for (String taken : List.of("a", "new", "")) {
                String message =
                        assertThrows(
                                        IllegalArgumentException.class,
                                        () -> k.put(taken, new byte[1]))
                                .getMessage();
                long row = taken.equals("new") ? 8 : keys.indexOf(taken);
                assertTrue(
                        message.contains("the key '" + taken + "' is that of row " + row), message);
            }
            assertThrows(
                    IllegalArgumentException.class,
                    () -> k.putAll(List.of("x", "y", "x"), new byte[3], 1, 1, 1));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> k.putAll(List.of("z", "y", "a"), new byte[3], 1, 1, 1));
            k.putAll(List.of("z", "y", "x"), new byte[3], 1, 0, 2);
            assertThrows(IllegalArgumentException.class, () -> k.append(new byte[1]));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> k.putAll(List.of("q"), new byte[2], 1, 1));
            store.commit();
            assertEquals(8, k.row("new"));
            assertEquals(11, k.row("x"));
            assertEquals(12, k.rows());
        }
        try (Store store = Store.open(path())) {
            RaggedArray k = store.ragged("k");
            assertEquals(BYTES, k.type());
            for (String key : keys) {
                long row = k.row(key);
                assertEquals(keys.indexOf(key), row);
                assertEquals(key, k.key(row));
                assertArrayEquals(key.getBytes(StandardCharsets.UTF_8), k.getBytes(row));
            }
            assertThrows(IndexOutOfBoundsException.class, () -> k.key(12));
        }
    }

    @Test
    void whatIsNoKey() throws IOException {
        try (Store store = Store.create(path())) {
            RaggedArray k = store.ragged("k", BYTES);
            k.put("?", new byte[1]);
            String longest = "\u20ac".repeat((64 << 10) / 3) + "x";
            k.put(longest, new byte[2]);
            for (String wrong : List.of("\ud83d", "a\ude00", "\ude00\ud83d", longest + "x")) {
                assertThrows(IllegalArgumentException.class, () -> k.put(wrong, new byte[1]));
            }
            store.commit();
            assertEquals(-1, k.row("\ud83d"), "Java writes half a character as ?");
            assertEquals(-1, k.row(longest + "x"));
            assertEquals(1, k.row(longest));
            assertEquals(longest, k.key(1));
        }
    }

    @Test
    void equalHashesAreToldApart() throws IOException {
        for (int i = 0; i < COLLIDING.size(); i += 2) {
            assertEquals(hash(COLLIDING.get(i)), hash(COLLIDING.get(i + 1)));
        }
        try (Store store = Store.create(path())) {
            RaggedArray k = store.ragged("k", BYTES);
            // committed of one pair both, of others the first; then the other ones
            k.putAll(COLLIDING.subList(0, 3), new byte[3], 1, 1, 1);
            store.commit();
            assertEquals(-1, k.row(COLLIDING.get(3)));
            k.putAll(COLLIDING.subList(3, 5), new byte[2], 1, 1);
            store.commit();
            assertColliding(k, 5);
            k.putAll(names("before ", 0, 20_000), new byte[0], new long[20_000]);
            store.commit();
            assertEquals(List.of(20_005L), runs());
            assertColliding(k, 5);
            k.put(COLLIDING.get(5), new byte[0]);
            store.commit();
            assertEquals(20_005, k.row(COLLIDING.get(5)));
            assertEquals(4, k.row(COLLIDING.get(4)));
            k.putAll(names("after ", 0, 45_000), new byte[0], new long[45_000]);
            store.commit();
            assertEquals(List.of(65_006L), runs());
            assertEquals(20_005, k.row(COLLIDING.get(5)));
            assertColliding(k, 5);
            assertEquals(-1, k.row(COLLIDING.get(6)));
        }
    }

    private static long hash(String key) {
        return KeyHashes.hash(key.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertColliding(RaggedArray array, int there) {
        for (int i = 0; i < there; i++) {
            assertEquals(i, array.row(COLLIDING.get(i)));
        }
        for (int i = there + 1; i < COLLIDING.size(); i++) {
            assertEquals(-1, array.row(COLLIDING.get(i)));
        }
    }

    @Test
    void runsAreMergedAsABinaryCounterCarries() throws IOException {
        int n = 0;
        try (Store store = Store.create(path(), StoreOption.NO_FORCE)) {
            RaggedArray k = store.ragged("k", BYTES);
            for (int commit = 1; commit <= 20; commit++) {
                put(k, n, n + 9000);
                n += 9000;
                store.commit();
                List<Long> runs = runs();
                long covered = runs.stream().mapToLong(Long::longValue).sum();
                assertTrue(n - covered <= SortedRuns.TAIL, runs::toString);
                for (int i = 1; i < runs.size(); i++) {
                    assertTrue(runs.get(i - 1) >= 2 * runs.get(i), runs::toString);
                }
                assertKeys(k, 0, n, 37);
            }
            assertTrue(runs().size() > 1, "several runs were searched");
        }
        try (Store store = Store.edit(path())) {
            assertKeys(store.ragged("k"), 0, n, 37);
            RaggedArray k = store.ragged("k");
            for (int taken : new int[] {0, 9000, n - 1}) {
                assertThrows(
                        IllegalArgumentException.class, () -> k.put("key " + taken, new byte[0]));
            }
        }
    }

    @Test
    void aFailedCommitIsTriedAgain() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = Store.create(path(), disk)) {
            RaggedArray k = store.ragged("k", BYTES);
            put(k, 0, 20_000);
            store.commit();
            for (String step : List.of("create sorted", "write rows sorted", "write rows hashes")) {
                put(k, (int) store.array("k/hashes").rows(), (int) k.rows() + 20_000);
                disk.failAt(step);
                assertThrows(IOException.class, store::commit);
                disk.failAt("");
                store.rename("k", "moved");
                assertThrows(
                        IllegalArgumentException.class,
                        () -> store.ragged("moved").put("key 19999", new byte[0]));
                long last = k.rows() + 19_999;
                assertThrows(
                        IllegalArgumentException.class,
                        () -> store.ragged("moved").put("key " + last, new byte[0]));
                store.rename("moved", "k");
                store.commit();
                k = store.ragged("k");
                assertKeys(k, 0, (int) k.rows(), 101);
            }
            assertEquals(80_000, k.rows());
        }
        try (var files = Files.list(path().resolve("k"))) {
            // runs that were merged are a vacuum's affair; those of failed commits are gone
            assertEquals(4, files.filter(f -> f.toString().matches(".*sorted.*\\.npy")).count());
        }
    }

    @Test
    void aKeyWhoseRowFailedIsFree() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = Store.create(path(), disk)) {
            RaggedArray k = store.ragged("k", BYTES);
            k.put("a", new byte[1]);
            disk.failAt("write rows values");
            assertThrows(IOException.class, () -> k.put("b", new byte[1 << 20]));
            disk.failAt("");
            k.put("b", new byte[] {7});
            store.commit();
            assertEquals(2, k.rows());
            assertEquals("b", k.key(1));
            assertArrayEquals(new byte[] {7}, k.getBytes(k.row("b")));
        }
    }

    @Test
    void hostileRunsAndKeysAreNamed() throws IOException {
        try (Store store = Store.create(path())) {
            put(store.ragged("k", BYTES), 0, 20_000);
            store.commit();
        }
        overwriteAll("k/sorted.npy", 16, 8, 20_000);
        try (Store store = Store.open(path())) {
            String message =
                    assertThrows(CorruptStoreException.class, () -> store.ragged("k").row("key 5"))
                            .getMessage();
            assertTrue(message.contains("name row 20,000, but there are 20,000"), message);
        }
        overwriteAll("k/sorted.npy", 16, 8, 1);
        overwriteAll("k/keys/offsets.npy", 8, 8 * 7, 100_000);
        try (Store store = Store.open(path())) {
            RaggedArray k = store.ragged("k");
            assertEquals(-1, k.row("key 5"), "the run says row 1, whose key is another one");
            String message = assertThrows(CorruptStoreException.class, () -> k.key(6)).getMessage();
            assertTrue(message.contains("the key of row 6 has 99,970 bytes"), message);
        }
    }

    private void overwriteAll(String name, int stride, int from, long value) throws IOException {
        try (FileChannel file = FileChannel.open(path().resolve(name), StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            long end = file.size();
            for (long at = 4096L + from; at < end; at += stride) {
                file.write(bytes.clear().putLong(0, value), at);
            }
        }
    }

    /** Ten commits; what they cost is printed, because nothing here may depend on time. */
    @Test
    void aMillionKeys() throws IOException {
        int n = 1_000_000;
        long begin = System.nanoTime();
        try (Store store = Store.create(path(), StoreOption.NO_FORCE)) {
            RaggedArray k = store.ragged("k", BYTES);
            for (int from = 0; from < n; from += n / 10) {
                put(k, from, from + n / 10);
                store.commit();
            }
        }
        long written = System.nanoTime();
        try (Store store = Store.open(path())) {
            RaggedArray k = store.ragged("k");
            long heap = usedHeap();
            for (int i = 0; i < n; i++) {
                assertEquals(i, k.row("key " + i));
            }
            long found = System.nanoTime();
            for (int i = 0; i < n; i++) {
                assertEquals(-1, k.row("no key " + i));
            }
            long absent = System.nanoTime();
            long growth = usedHeap() - heap;
            assertTrue(growth < 16 << 20, "the heap grew by " + growth);
            assertEquals("key 999999", k.key(n - 1));
            System.out.printf(
                    "A million keys: written in %d ms, found in %d ns each, absent %d ns, runs %s%n",
                    (written - begin) / 1_000_000,
                    (found - written) / n,
                    (absent - found) / n,
                    runs());
        }
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    @EnabledIfNumPy
    void numPyFindsAKey() throws IOException {
        try (Store store = Store.create(path())) {
            put(store.ragged("k", BYTES), 0, 20_000);
            store.commit();
        }
        assertEquals(
                "key 12345 12345",
                NumPy.run(
                        """
                        load = lambda name: np.load(args[0] + '/' + name + '.npy')
                        h = 0xcbf29ce484222325
                        for b in b'key 12345':
                            h = (h ^ b) * 0x100000001b3 % 2**64
                        run = load('sorted').view('u8')
                        assert (np.diff(run[:, 0].astype('f8')) >= 0).all()
                        row = int(run[np.searchsorted(run[:, 0], np.uint64(h)), 1])
                        o = load('keys/offsets')
                        print(load('keys/values')[o[row]:o[row + 1]].tobytes().decode(), row)
                        """,
                        path().resolve("k")));
    }
}
