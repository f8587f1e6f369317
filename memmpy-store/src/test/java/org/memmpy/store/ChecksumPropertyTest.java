// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/**
 * Random appends, reservations, writes by position, commits, new writers and failing writes against
 * a model: after each commit every checksum is that of the file's bytes, and the rows are the
 * model's.
 */
class ChecksumPropertyTest {
    private static final int BLOCK = 1 << 20;
    private static final int MAX_BYTES = 6 * BLOCK;

    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    /** An operation that may fail half-way and is then repeated. */
    private interface Step {
        void run() throws IOException;
    }

    /** One array and what it should hold. */
    private final class Run implements AutoCloseable {
        private final Random random;
        private final int rowBytes;
        private final FaultyDisk disk = new FaultyDisk();
        private byte[] model = new byte[0];
        private int committed;
        private int failed;
        private Store store;
        private MappedArray array;

        Run(long seed, int rowBytes) throws IOException {
            this.random = new Random(seed);
            this.rowBytes = rowBytes;
            this.store = Store.create(path(), disk);
            this.array = store.array("x", DType.UINT8, rowBytes);
        }

        /** Sizes near nothing and near the ends of blocks. */
        private int someRows() {
            int end = model.length;
            long bytes =
                    switch (random.nextInt(5)) {
                        case 0 -> random.nextInt(5_000);
                        case 1 -> BLOCK - end % BLOCK;
                        case 2 -> 2 * BLOCK - end % BLOCK + random.nextInt(3) - 1;
                        case 3 -> random.nextInt(300_000);
                        default -> random.nextInt(2 * BLOCK);
                    };
            long rows = bytes / rowBytes + random.nextInt(2);
            return Math.clamp(rows, 1, Math.max(1, (MAX_BYTES - end) / rowBytes));
        }

        private void persist(Step step) throws IOException {
            if (random.nextInt(3) == 0) {
                String what = random.nextBoolean() ? "write rows x" : "write header x.npy.crc";
                disk.failNext(what, 1 + random.nextInt(2));
            }
            int before = disk.failuresLeft();
            while (true) {
                try {
                    step.run();
                    break;
                } catch (IOException e) {
                    assertTrue(String.valueOf(e.getMessage()).contains("simulated"), e::toString);
                    assertEquals(model.length / rowBytes, committed + array.pendingRows());
                    failed++;
                }
            }
            assertTrue(disk.failuresLeft() <= before);
            disk.failAt("");
        }

        private byte[] randomRows(int rows) {
            byte[] bytes = new byte[rows * rowBytes];
            random.nextBytes(bytes);
            return bytes;
        }

        private MemorySegment segment(byte[] rows, Arena arena) {
            MemorySegment heap = MemorySegment.ofArray(rows);
            return random.nextBoolean() ? heap : arena.allocate(rows.length).copyFrom(heap);
        }

        void step() throws IOException {
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> append();
                case 3, 4 -> reserve();
                case 5, 6, 7 -> overwrite();
                case 8 -> commit();
                default -> reopen();
            }
        }

        private void append() throws IOException {
            byte[] rows = randomRows(someRows());
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment values = segment(rows, arena);
                persist(() -> array.append(values));
            }
            int end = model.length;
            model = Arrays.copyOf(model, end + rows.length);
            System.arraycopy(rows, 0, model, end, rows.length);
        }

        private void reserve() throws IOException {
            int rows = someRows();
            persist(() -> array.reserve(rows));
            model = Arrays.copyOf(model, model.length + rows * rowBytes);
        }

        private void overwrite() throws IOException {
            int rows = model.length / rowBytes;
            if (rows == committed) {
                return;
            }
            int from = committed + random.nextInt(rows - committed);
            byte[] values = randomRows(1 + random.nextInt(Math.min(rows - from, 200_000)));
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment segment = segment(values, arena);
                persist(() -> array.write(from, segment));
            }
            System.arraycopy(values, 0, model, from * rowBytes, values.length);
        }

        void commit() throws IOException {
            persist(store::commit);
            committed = model.length / rowBytes;
            assertEquals(committed, array.rows());
            StoredSums.assertRight(path());
        }

        private void reopen() throws IOException {
            StoredSums.assertRight(path());
            store.close(); // what is not committed stays behind the rows as garbage
            store = Store.edit(path(), disk);
            array = store.array("x", DType.UINT8, rowBytes);
            model = Arrays.copyOf(model, committed * rowBytes);
        }

        @Override
        public void close() {
            store.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 24, 1000, 300_007, BLOCK - 1, BLOCK, BLOCK + 1})
    void checksumsAreThoseOfTheBytes(int rowBytes) throws IOException {
        int failed = 0;
        for (long seed = 0; seed < 3; seed++) {
            try (Run run = new Run(31 * seed + rowBytes, rowBytes)) {
                for (int i = 0; i < 40; i++) {
                    run.step();
                }
                run.commit();
                StoredSums.assertRows(path(), "x", run.model);
                failed += run.failed;
            }
            deleteStore();
        }
        assertTrue(failed > 0, "no write has failed");
    }

    private void deleteStore() throws IOException {
        try (var files = Files.list(path())) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(path());
    }

    @Test
    void anArrayWithoutRowsIsAFileWithTheSumOfNothing() throws IOException {
        try (Store store = Store.create(path())) {
            store.array("x", DType.FLOAT32, 3);
            store.commit();
            StoredSums.assertRight(path());
            assertEquals(0, StoredSums.newest(path()).arrays().get("x").parts().getFirst().tail());
            store.array("x").append(new float[3]);
            store.commit();
            StoredSums.assertRight(path());
        }
    }

    @Test
    void manyMoreArraysThanFilesAreOpen() throws IOException {
        int arrays = 320; // PendingFiles keeps 256 open
        FaultyDisk disk = new FaultyDisk();
        try (Store store = Store.create(path(), disk)) {
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < arrays; i++) {
                    MappedArray array = store.array("x" + i, DType.INT32);
                    array.append(new int[] {i});
                    array.reserve(2);
                    array.append(new int[] {-i});
                }
                for (int i = 0; i < arrays; i++) {
                    MappedArray array = store.array("x" + i);
                    array.write(4L * round + 2, java.nio.IntBuffer.wrap(new int[] {round}));
                }
                assertTrue(openFiles() < 280, "files of arrays that are not used are closed");
                store.commit();
                StoredSums.assertRight(path());
            }
            for (int i = 0; i < arrays; i++) {
                int[] rows = new int[8];
                store.array("x" + i).read(0, rows);
                assertEquals(
                        Arrays.toString(new int[] {i, 0, 0, -i, i, 0, 1, -i}),
                        Arrays.toString(rows));
            }
        }
    }

    /** {@return how many files of this store the process has open; 0 where nobody knows} */
    private long openFiles() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        long count = 0;
        try (var links = Files.newDirectoryStream(descriptors)) {
            for (Path link : links) {
                try {
                    count += Files.readSymbolicLink(link).startsWith(path().toRealPath()) ? 1 : 0;
                } catch (IOException e) {
                    // closed meanwhile
                }
            }
        }
        return count;
    }

    @Test
    void appendingWantsTheChecksumsOfWhatIsThere() throws IOException {
        try (Store store = Store.create(path())) {
            store.array("x", DType.UINT8, 1024).append(new byte[3 << 20]);
            store.commit();
        }
        Path sums = path().resolve("x.npy.crc");
        byte[] original = Files.readAllBytes(sums);
        for (int length : new int[] {0, 8, 11}) {
            Files.write(sums, Arrays.copyOf(original, length));
            try (Store store = Store.edit(path())) {
                assertThrows(
                        CorruptStoreException.class, () -> store.array("x").append(new byte[1024]));
            }
        }
        Files.write(sums, original);
        try (Store store = Store.edit(path())) {
            store.array("x").append(new byte[1024]);
            store.commit();
        }
    }

    @Test
    void anEarlyForceThatFailsEndsTheWriter() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = Store.create(path(), disk)) {
            store.array("x0", DType.INT32).append(new int[] {1});
            disk.failNext("force x0.npy", 1);
            String message =
                    assertThrows(
                                    IOException.class,
                                    () -> {
                                        for (int i = 1; i < 320; i++) {
                                            store.array("x" + i, DType.INT32).append(new int[1]);
                                        }
                                    })
                            .getMessage();
            assertTrue(message.contains("nothing was committed; generation 1"), message);
            assertEquals(0, disk.failuresLeft());
            assertThrows(IllegalStateException.class, store::commit);
        }
        try (Store store = Store.open(path())) {
            assertEquals(1, store.generation());
        }
    }
}
