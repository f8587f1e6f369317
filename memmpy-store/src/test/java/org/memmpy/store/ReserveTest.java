// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Rows that exist before they are written, and are written in any order by many threads. */
class ReserveTest {
    private static final int BLOCK = 1 << 20;

    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    @Test
    void moreThanAFileCanHaveIsRefused() throws IOException {
        try (Store store = Store.create(path(), StoreOption.NO_FORCE)) {
            MappedArray array = store.array("x", DType.FLOAT64);
            for (long rows : new long[] {1L << 42, 1L << 55, Long.MAX_VALUE}) {
                assertThrows(IllegalArgumentException.class, () -> array.reserve(rows));
            }
            array.reserve(2);
            store.commit();
            assertEquals(2, array.rows());
        }
    }

    @Test
    void aDeadWritersGarbageBecomesZeros() throws IOException {
        byte[] garbage = new byte[3 * BLOCK];
        Arrays.fill(garbage, (byte) 0xaa);
        try (Store store = Store.create(path())) {
            store.array("x", DType.UINT8).append(new byte[] {1, 2, 3});
            store.commit();
            store.array("x").append(garbage); // on disk, not committed
        }
        assertTrue(Files.size(path().resolve("x.npy")) > garbage.length);
        for (int reserved : new int[] {10, BLOCK, 2 * BLOCK + 5, BLOCK}) {
            long before;
            try (Store store = Store.edit(path())) {
                before = store.array("x").rows();
                store.array("x").reserve(reserved);
                store.commit();
                byte[] rows = new byte[reserved];
                store.array("x").read(before, rows);
                assertArrayEquals(new byte[reserved], rows);
            }
            StoredSums.assertRight(path());
        }
    }

    @Test
    void manyThreadsFillRegionsWhileAnotherAppendsAndReads() throws Exception {
        int rows = 400_003;
        int threads = 8;
        try (Store store = Store.create(path(), StoreOption.FREE_ROOT, StoreOption.NO_FORCE);
                ExecutorService executor = Executors.newFixedThreadPool(threads + 1)) {
            MappedArray array = store.array("x", DType.INT32, 3);
            array.append(new int[] {-1, -1, -1});
            store.array("other", DType.INT32).append(new int[] {0});
            store.commit();
            for (int round = 0; round < 3; round++) {
                long start = array.rows();
                array.reserve(rows);
                List<Future<?>> filling = new ArrayList<>();
                int share = rows / threads;
                for (int t = 0; t < threads; t++) {
                    long from = start + (long) t * share;
                    long count = t == threads - 1 ? rows - (long) t * share : share;
                    RegionWriter region = array.region(from, count);
                    assertEquals(from, region.firstRow());
                    assertEquals(count, region.rows());
                    filling.add(executor.submit(() -> fill(region)));
                }
                Future<?> appending =
                        executor.submit(
                                () -> {
                                    MappedArray other = store.array("other");
                                    for (int i = 0; i < 2_000; i++) {
                                        other.append(new int[] {i});
                                        assertEquals(-1, array.getLong(0));
                                        assertEquals(start, array.rows());
                                    }
                                    return null;
                                });
                for (Future<?> future : filling) {
                    future.get();
                }
                appending.get();
                store.commit();
                StoredSums.assertRight(path());
                int[] found = new int[3 * rows];
                array.read(start, found);
                for (int i = 0; i < found.length; i++) {
                    assertEquals(i % 3 + 3 * (int) (start + i / 3), found[i]);
                }
            }
        }
    }

    private static Void fill(RegionWriter region) throws IOException {
        long row = region.firstRow();
        long end = row + region.rows();
        for (int piece = 1; row < end; piece = piece * 3 % 10_007) {
            int count = (int) Math.min(piece, end - row);
            IntBuffer values = IntBuffer.allocate(3 * count);
            for (int i = 0; i < 3 * count; i++) {
                values.put(i, i % 3 + 3 * (int) (row + i / 3));
            }
            region.write(values);
            row += count;
        }
        assertThrows(IndexOutOfBoundsException.class, () -> region.write(IntBuffer.allocate(3)));
        return null;
    }

    @Test
    void overlapsAndStrangersAreRefused() throws IOException {
        MemorySegment row = MemorySegment.ofArray(new byte[] {7});
        try (Store store = Store.create(path(), StoreOption.FREE_ROOT)) {
            MappedArray array = store.array("x", DType.INT8);
            array.append(new byte[] {1, 2});
            store.commit();
            assertThrows(IndexOutOfBoundsException.class, () -> array.region(2, 1));
            array.reserve(10);
            assertThrows(IndexOutOfBoundsException.class, () -> array.region(1, 5));
            assertThrows(IndexOutOfBoundsException.class, () -> array.region(5, 8));
            assertThrows(IndexOutOfBoundsException.class, () -> array.region(5, Long.MAX_VALUE));
            assertThrows(IllegalArgumentException.class, () -> array.region(5, 0));
            RegionWriter region = array.region(4, 4);
            for (long[] range : new long[][] {{4, 1}, {7, 1}, {3, 2}, {2, 10}, {4, 4}}) {
                String message =
                        assertThrows(
                                        IllegalArgumentException.class,
                                        () -> array.region(range[0], range[1]))
                                .getMessage();
                assertTrue(message.contains("region of rows 4 to 7"), message);
            }
            array.region(2, 2);
            array.region(8, 1);
            assertThrows(IllegalArgumentException.class, () -> array.write(5, row));
            array.write(9, row);
            assertThrows(IndexOutOfBoundsException.class, () -> array.write(12, row));
            assertThrows(IndexOutOfBoundsException.class, () -> array.write(1, row));
            region.write(7, row);
            assertThrows(IndexOutOfBoundsException.class, () -> region.write(8, row));
            assertThrows(IndexOutOfBoundsException.class, () -> region.write(3, row));
            store.commit();
            String message =
                    assertThrows(IllegalStateException.class, () -> region.write(row)).getMessage();
            assertTrue(message.contains("has ended"), message);
            byte[] found = new byte[12];
            array.read(0, found);
            assertArrayEquals(new byte[] {1, 2, 0, 0, 0, 0, 0, 7, 0, 7, 0, 0}, found);
        }
    }

    @Test
    void aRegionEndsWithItsArray() throws IOException {
        MemorySegment row = MemorySegment.ofArray(new byte[] {7});
        try (Store store = Store.create(path(), StoreOption.FREE_ROOT)) {
            RegionWriter renamed = reserved(store, "renamed").region(0, 5);
            RegionWriter replaced = reserved(store, "replaced").region(0, 5);
            RegionWriter deleted = reserved(store, "deleted").region(0, 5);
            store.rename("renamed", "other");
            store.replace("replaced", DType.INT8);
            store.delete("deleted");
            for (String path : List.of("renamed", "replaced", "deleted")) {
                reserved(store, path);
            }
            for (RegionWriter region : List.of(renamed, replaced, deleted)) {
                assertThrows(IllegalStateException.class, () -> region.write(row));
            }
            store.array("other").region(0, 5).write(row);
            store.commit();
            assertEquals(7, store.array("other").getLong(0));
            assertEquals(0, store.array("renamed").getLong(0));
        }
    }

    private static MappedArray reserved(Store store, String path) throws IOException {
        MappedArray array = store.array(path, DType.INT8);
        array.reserve(5);
        return array;
    }

    @Test
    void aCommitWaitsForWritesInFlight() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch mayWrite = new CountDownLatch(1);
        try (Store store = Store.create(path(), disk);
                ExecutorService executor = Executors.newFixedThreadPool(2)) {
            MappedArray array = store.array("x", DType.INT32);
            array.reserve(4);
            disk.beforeWrite(
                    () -> {
                        writing.countDown();
                        awaitQuietly(mayWrite);
                    });
            Future<?> write =
                    executor.submit(
                            () -> {
                                array.write(2, IntBuffer.wrap(new int[] {9}));
                                return null;
                            });
            writing.await();
            disk.log().clear();
            Future<Long> commit = executor.submit(store::commit);
            while (!isWaiting("StoreWriter", "commit")) {
                Thread.onSpinWait();
            }
            assertFalse(commit.isDone());
            assertEquals(List.of(), disk.log(), "nothing is forced or published yet");
            mayWrite.countDown();
            write.get();
            assertEquals(2, commit.get());
            assertEquals(9, array.getLong(2));
            StoredSums.assertRight(path());
        }
    }

    private static boolean isWaiting(String type, String method) {
        return Thread.getAllStackTraces().entrySet().stream()
                .anyMatch(
                        thread ->
                                thread.getKey().getState() == Thread.State.WAITING
                                        && Arrays.stream(thread.getValue())
                                                .anyMatch(
                                                        frame ->
                                                                frame.getClassName().endsWith(type)
                                                                        && frame.getMethodName()
                                                                                .equals(method)));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aHundredGigabytesCostNoDisk() throws IOException {
        long rows = 100_000_000_003L / 1000;
        try (Store store = Store.create(path())) {
            MappedArray array = store.array("x", DType.UINT8, 1000);
            try {
                array.reserve(rows);
            } catch (IOException e) {
                assumeTrue(false, "no sparse files of 100 GB here: " + e.getMessage());
            }
            byte[] ones = new byte[1000];
            Arrays.fill(ones, (byte) 1);
            array.write(rows / 2, ByteBuffer.wrap(ones));
            array.write(rows - 1, ByteBuffer.wrap(ones));
            store.commit();
        }
        Path file = path().resolve("x.npy");
        assertEquals(4096 + rows * 1000, Files.size(file));
        try (Store store = Store.open(path())) {
            MappedArray array = store.array("x");
            assertEquals(1, array.getLong(rows - 1, 999));
            assertEquals(1, array.getLong(rows / 2));
            assertEquals(0, array.getLong(rows / 2 - 1));
            assertEquals(0, array.getLong(0));
            VerificationReport report = store.verify(Verification.all().sample(0.0001, 1));
            assertTrue(report.isSound(), report::toString);
        }
        assertSumsOfZeros(rows * 1000, rows / 2 * 1000);
        assertTrue(kilobytes(file) < 64, "it is sparse");
    }

    /** All full blocks but the one that was written in have the sum of zeros. */
    private void assertSumsOfZeros(long bytes, long written) throws IOException {
        ByteBuffer words =
                ByteBuffer.wrap(Files.readAllBytes(path().resolve("x.npy.crc")))
                        .order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(bytes / BLOCK * 4, words.capacity());
        int zeros = (int) StoredSums.crc(new byte[BLOCK], BLOCK);
        for (int k = 0; k < bytes / BLOCK; k++) {
            assertEquals(k != written / BLOCK, words.getInt(4 * k) == zeros, "block " + k);
        }
    }

    /** {@return how many kilobytes of a file are on disk; 0 where du is not there} */
    private static long kilobytes(Path file) throws IOException {
        try {
            Process du = new ProcessBuilder("du", "-k", file.toString()).start();
            String output = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            du.waitFor();
            int end = output.indexOf('\t');
            return end < 0 ? 0 : Long.parseLong(output.substring(0, end));
        } catch (IOException | InterruptedException e) {
            return 0;
        }
    }

    @Test
    void whatCannotBeReservedIsRefusedAndNothingIsLost() throws IOException {
        try (Store store = Store.create(path())) {
            MappedArray array = store.array("x", DType.INT64);
            array.append(new long[] {5});
            for (long rows : new long[] {0, -1, Long.MAX_VALUE, Long.MAX_VALUE / 8}) {
                assertThrows(IllegalArgumentException.class, () -> array.reserve(rows));
            }
            array.append(new long[] {6});
            store.commit();
            assertEquals(6, array.getLong(1));
            StoredSums.assertRight(path());
        }
        try (Store store = Store.open(path())) {
            assertThrows(IllegalStateException.class, () -> store.array("x").reserve(1));
            assertThrows(IllegalStateException.class, () -> store.array("x").region(0, 1));
        }
    }

    @Test
    void anInterruptDoesNotEndAReservation() throws IOException {
        try (Store store = Store.create(path())) {
            MappedArray array = store.array("x", DType.INT64);
            Thread.currentThread().interrupt();
            array.reserve(3);
            array.write(1, MemorySegment.ofArray(new byte[] {1, 0, 0, 0, 0, 0, 0, 0}));
            assertTrue(Thread.interrupted());
            store.commit();
            assertEquals(1, array.getLong(1));
        }
    }

    @Test
    void garbageOfALongerFileIsNotCutOff() throws IOException {
        try (Store store = Store.create(path())) {
            store.array("x", DType.UINT8).append(new byte[] {1});
            store.commit();
        }
        Path file = path().resolve("x.npy");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {9, 9, 9, 9, 9}), 4097);
        }
        try (Store store = Store.edit(path())) {
            store.array("x").reserve(2);
            store.commit();
            store.array("x").reserve(3);
            store.commit();
            byte[] rows = new byte[6];
            store.array("x").read(0, rows);
            assertArrayEquals(new byte[] {1, 0, 0, 0, 0, 0}, rows);
        }
    }
}
