// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Ragged arrays of part stores: linked, offsets rebased, keys unique in all of them. */
class RaggedPartsTest {
    private static final RaggedType JAGGED = RaggedType.of(DType.INT32);
    private static final RaggedType KEYED = RaggedType.of(DType.INT32).keyed();
    private static final RaggedType SHAPED = RaggedType.shaped(DType.INT16, 2).keyed();

    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    private interface Filling {
        void fill(Store part) throws IOException;
    }

    private Path part(String name, Filling filling) throws IOException {
        try (Store part = Store.createPart(path(), name, StoreOption.NO_FORCE)) {
            filling.fill(part);
            part.commit();
            return part.path();
        }
    }

    private Path keyedPart(String name, int from, int to) throws IOException {
        return part(name, part -> put(part.ragged("g/k", KEYED), from, to));
    }

    /** Row n has n % 3 elements of n. */
    private static void put(RaggedArray array, int from, int to) throws IOException {
        List<String> keys = new ArrayList<>();
        long[] lengths = new long[to - from];
        int total = 0;
        for (int n = from; n < to; n++) {
            keys.add("key " + n);
            lengths[n - from] = n % 3;
            total += n % 3;
        }
        int[] values = new int[total];
        int at = 0;
        for (int n = from; n < to; n++) {
            for (int i = 0; i < n % 3; i++) {
                values[at++] = n;
            }
        }
        array.putAll(keys, values, lengths);
    }

    private static void assertRows(Store store, int count) {
        RaggedArray k = store.ragged("g/k");
        assertEquals(count, k.rows());
        for (int n = 0; n < count; n += count > 1000 ? 7 : 1) {
            assertEquals(n, k.row("key " + n));
            assertEquals("key " + n, k.key(n));
            int[] row = new int[n % 3];
            java.util.Arrays.fill(row, n);
            assertArrayEquals(row, k.getInts(n));
        }
        assertEquals(-1, k.row("key " + count));
    }

    private Manifest manifest() throws IOException {
        return new Generations(path()).readNewest();
    }

    private void assertSound(Store store) throws IOException {
        VerificationReport report = store.verify(Verification.all());
        assertTrue(report.isSound(), report::toString);
    }

    @Test
    void threePartsBecomeOneArray() throws IOException {
        int n = 30_000;
        try (Store store = Store.create(path(), StoreOption.FREE_ROOT)) {
            put(store.ragged("g/k", KEYED), 0, 10);
            store.commit();
            put(store.ragged("g/k"), 10, 20);
            Path first = keyedPart("first", 20, 12_000);
            Path second = keyedPart("second", 12_000, 24_000);
            store.adopt(List.of(first, second));
            assertEquals(List.of(), store.unpublishedParts());
            store.vacuum();
            assertEquals(10, store.ragged("g/k").rows());
            put(store.ragged("g/k"), 24_000, 25_000);
            store.adopt(List.of(keyedPart("third", 25_000, n)));
            store.commit();
            assertRows(store, n);
            assertEquals(n, manifest().arrays().get("g/k/sorted").rows());
            assertEquals(1, manifest().arrays().get("g/k/offsets").parts().size());
            assertTrue(manifest().arrays().get("g/k/hashes").parts().size() > 3);
            store.vacuum();
            assertSound(store);
            assertFalse(Files.exists(first.resolve("g/k/offsets.npy")));
            assertFalse(Files.exists(first.resolve("g/k/sorted.npy")));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> store.ragged("g/k").put("key 12345", new int[1]));
        }
        try (Store store = Store.edit(path());
                Store reader = Store.open(path())) {
            assertRows(reader, n);
            List<Manifest.Part> runs = manifest().arrays().get("g/k/sorted").parts();
            store.compact();
            assertEquals(runs, manifest().arrays().get("g/k/sorted").parts());
            for (String array : List.of("values", "hashes", "keys/values", "keys/offsets")) {
                assertEquals(1, manifest().arrays().get("g/k/" + array).parts().size(), array);
            }
            assertRows(store, n);
            assertRows(reader, n);
            reader.refresh();
            store.vacuum();
            assertTrue(Files.notExists(path().resolve(".parts")));
            assertRows(reader, n);
            assertSound(reader);
            put(store.ragged("g/k"), n, n + 20_000);
            store.commit();
            assertRows(store, n + 20_000);
        }
    }

    @Test
    void shapedJaggedAndEmptyRowsAndMissingArrays() throws IOException {
        try (Store store = Store.create(path())) {
            Path path =
                    part(
                            "a",
                            part -> {
                                RaggedArray s = part.ragged("s", SHAPED);
                                s.put("wide", new short[] {1, 2, 3, 4, 5, 6}, 2, 3);
                                s.put("", new short[0], 0, 3);
                                part.ragged("j", JAGGED).appendAll(new int[] {7, 8}, 2, 0);
                            });
            Path other =
                    part(
                            "b",
                            part -> {
                                part.ragged("s", SHAPED).put("b", new short[] {9}, 1, 1);
                                part.ragged("j", JAGGED).append(new int[] {10});
                            });
            Path empty =
                    part(
                            "empty",
                            part -> {
                                part.ragged("s", SHAPED);
                                part.attributes("s").set("unit", "mm");
                                part.ragged("j", JAGGED);
                            });
            store.adopt(List.of(empty, path, other));
            assertEquals(0, store.ragged("s").rows());
            store.ragged("s").put("own", new short[] {1, 2}, 2, 1);
            store.ragged("j").append(new int[] {11, 12});
            store.commit();
            RaggedArray s = store.ragged("s", SHAPED);
            RaggedArray j = store.ragged("j", JAGGED);
            assertArrayEquals(new long[] {2, 3}, s.shape(s.row("wide")));
            assertArrayEquals(new short[] {1, 2, 3, 4, 5, 6}, s.getShorts(s.row("wide")));
            assertArrayEquals(new long[] {0, 3}, s.shape(s.row("")));
            assertArrayEquals(new short[] {9}, s.getShorts(s.row("b")));
            assertEquals(3, s.row("own"));
            assertEquals("mm", store.attributes("s").getString("unit"));
            assertArrayEquals(new int[] {7, 8}, j.getInts(0));
            assertArrayEquals(new int[0], j.getInts(1));
            assertArrayEquals(new int[] {10}, j.getInts(2));
            assertArrayEquals(new int[] {11, 12}, j.getInts(3));
            assertEquals(4, store.table().rows());
            assertSound(store);
        }
    }

    @Test
    void aPartOfEmptyRowsIsAdoptedOnce() throws IOException {
        try (Store store = Store.create(path())) {
            store.ragged("j", JAGGED).append(new int[] {1});
            store.commit();
            Path path = part("a", part -> part.ragged("j", JAGGED).appendAll(new int[0], 0, 0));
            store.adopt(List.of(path));
            assertThrows(IllegalArgumentException.class, () -> store.adopt(List.of(path)));
            store.commit();
            assertThrows(IllegalArgumentException.class, () -> store.adopt(List.of(path)));
            store.vacuum();
            store.ragged("j").append(new int[] {2});
            store.commit();
            store.compact();
            store.vacuum();
            assertEquals(List.of(), store.unpublishedParts());
            assertTrue(Files.notExists(path));
            assertEquals(4, store.ragged("j").rows());
            assertArrayEquals(new int[0], store.ragged("j").getInts(2));
            assertArrayEquals(new int[] {2}, store.ragged("j").getInts(3));
            assertSound(store);
        }
    }

    @Test
    void keysAreUniqueInAllParts() throws IOException {
        try (Store store = Store.create(path(), StoreOption.FREE_ROOT)) {
            put(store.ragged("g/k", KEYED), 0, 5);
            store.commit();
            put(store.ragged("g/k"), 5, 8);
            Path committed = keyedPart("committed", 4, 5);
            Path pending = keyedPart("pending", 7, 8);
            Path good = keyedPart("good", 8, 20);
            Path same = keyedPart("same", 19, 21);
            refused(store, "the key 'key 4' of the part committed", "row 4 already", committed);
            refused(store, "the key 'key 7' of the part pending", "row 7 already", good, pending);
            refused(store, "the key 'key 19' is in the part", "and in the part", good, same);
            assertEquals(List.of(committed, good, pending, same), store.unpublishedParts());
            store.adopt(List.of(good));
            refused(store, "the key 'key 19' of the part same", "row 19 already", same);
            String message =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> store.ragged("g/k").put("key 12", new int[1]))
                            .getMessage();
            assertTrue(message.contains("row 12 already"), message);
            put(store.ragged("g/k"), 20, 21);
            store.commit();
            assertRows(store, 21);
            refused(store, "the key 'key 19' of the part same", "row 19 already", same);
            assertEquals(store.generation(), store.commit(), "nothing has changed");
        }
    }

    private static void refused(Store store, String reason, String more, Path... parts) {
        String message =
                assertThrows(IllegalArgumentException.class, () -> store.adopt(List.of(parts)))
                        .getMessage();
        assertTrue(message.contains(reason) && message.contains(more), message);
    }

    @Test
    void aRefusedPartLeavesNothingBehind() throws IOException {
        try (Store store = Store.create(path(), StoreOption.FREE_ROOT)) {
            Path good = keyedPart("good", 0, 20);
            Path same = keyedPart("same", 19, 21);
            refused(store, "the key 'key 19'", "in the part", good, same);
            assertEquals(1, store.commit(), "nothing has changed");
            assertTrue(store.walk().stream().noneMatch(node -> node.path().startsWith("g")));
            store.adopt(List.of(same));
            store.commit();
            assertEquals(1, store.ragged("g/k").row("key 20"));
        }
    }

    @Test
    void typesAreTheSame() throws IOException {
        try (Store store = Store.create(path(), StoreOption.FREE_ROOT)) {
            store.ragged("r", JAGGED);
            store.ragged("s", SHAPED);
            store.commit();
            Path keyed = part("keyed", part -> part.ragged("r", KEYED).put("a", new int[1]));
            Path items =
                    part(
                            "items",
                            part ->
                                    part.ragged("r", RaggedType.of(DType.INT32, 2))
                                            .append(new int[2]));
            Path rank =
                    part(
                            "rank",
                            part ->
                                    part.ragged("s", RaggedType.shaped(DType.INT16, 3).keyed())
                                            .put("a", new short[1], 1, 1, 1));
            Path array = part("array", part -> part.array("r", DType.INT32));
            refused(store, "ragged array 'r' is jagged int32 (*,), in the part keyed", "", keyed);
            refused(store, "in the part items", "jagged int32 (*, 2)", items);
            refused(store, "in the part rank", "shaped int16 (*, *, *), keyed", rank);
            refused(store, "'r' is a ragged", "in the part array", array);
            assertEquals(store.generation(), store.commit(), "nothing has changed");
        }
    }

    @Test
    void damagedOffsetsAndHashesAreNotTaken() throws IOException {
        try (Store store = Store.create(path(), StoreOption.FREE_ROOT)) {
            Path offsets = keyedPart("offsets", 0, 20);
            overwrite(offsets.resolve("g/k/offsets.npy"), 40);
            Path hashes = keyedPart("hashes", 0, 20);
            overwrite(hashes.resolve("g/k/hashes.npy"), 40);
            for (Path part : List.of(offsets, hashes)) {
                String message =
                        assertThrows(CorruptStoreException.class, () -> store.adopt(List.of(part)))
                                .getMessage();
                assertTrue(message.contains(part.getFileName().toString()), message);
            }
            assertEquals(1, store.commit(), "nothing has changed");
        }
    }

    private static void overwrite(Path file, int at) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 4096L + at);
        }
    }

    @Test
    void aFullDiskLeavesNothingBehind() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = Store.create(path(), disk, StoreOption.FREE_ROOT)) {
            Path large = keyedPart("large", 0, 60_000); // offsets are more than is staged
            disk.failAt("write rows offsets");
            assertThrows(IOException.class, () -> store.adopt(List.of(large)));
            disk.failAt("");
            assertTrue(store.walk().stream().noneMatch(node -> node.path().startsWith("g")));
            assertEquals(List.of(large), store.unpublishedParts());
            store.adopt(List.of(large));
            store.commit();
            assertRows(store, 60_000);
            assertSound(store);
        }
    }

    @Test
    void maskedArraysAreCompacted() throws IOException {
        try (Store store = Store.create(path())) {
            store.masked("m", DType.INT8)
                    .append(ByteBuffer.wrap(new byte[] {1, 2}), new boolean[] {false, true});
            store.adopt(
                    List.of(
                            part(
                                    "a",
                                    part ->
                                            part.masked("m", DType.INT8)
                                                    .append(
                                                            ByteBuffer.wrap(new byte[] {3}),
                                                            new boolean[] {true}))));
            store.commit();
            store.compact();
            assertEquals(1, manifest().arrays().get("m/mask").parts().size());
            byte[] rows = new byte[3];
            store.masked("m").read(0, java.lang.foreign.MemorySegment.ofArray(rows), 9L);
            assertArrayEquals(new byte[] {1, 9, 9}, rows);
            assertSound(store);
        }
    }
}
