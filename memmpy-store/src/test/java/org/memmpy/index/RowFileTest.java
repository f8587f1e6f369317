// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.index.Lists.rows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.CorruptStoreException;
import org.memmpy.testing.ChildJvm;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;

class RowFileTest {
    @TempDir private Path folder;

    private Path file() {
        return folder.resolve("rows");
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        List<RowIndex> indices =
                List.of(
                        RowIndex.all(0),
                        RowIndex.all(1),
                        RowIndex.range(100, 20_100),
                        RowIndex.all(30_000).shuffle(1),
                        RowIndex.of(7, 7, 0),
                        RowIndex.of((1L << 32) - 1, 0),
                        RowIndex.of(1L << 32, 0, Long.MAX_VALUE - 1));
        for (RowIndex index : indices) {
            RowFile.write(file(), index, "é, " + index);
            RowFile read = RowFile.open(file());
            assertArrayEquals(rows(index), rows(read.rows()));
            assertEquals("é, " + index, read.note());
            assertEquals(index.bound(), read.rows().bound());
            assertEquals(index.isSorted(), read.rows().isSorted());
            assertEquals(index.isRange(), read.rows().isRange());
        }
    }

    @Test
    void aFileThatIsReplacedMeanwhileIsTheOldOrTheNew() throws Exception {
        RowFile.write(file(), RowIndex.range(0, 5), "0");
        try (ExecutorService writer = Executors.newSingleThreadExecutor()) {
            Future<?> written =
                    writer.submit(
                            () -> {
                                for (int i = 1; i < 1000; i++) {
                                    RowFile.write(file(), RowIndex.range(i, i + 5), "" + i);
                                }
                                return null;
                            });
            // each is mapped until the collector finds it, and a process may have 65,530 mappings
            for (int opened = 0; opened < 20_000 && !written.isDone(); opened++) {
                RowFile found = RowFile.open(file());
                assertEquals(Long.parseLong(found.note()), found.rows().get(0));
            }
            written.get();
        }
    }

    @Test
    void theFormatIsAsWrittenDown() throws IOException {
        RowFile.write(file(), RowIndex.of(5, 1L << 31), "hi");
        ByteBuffer bytes =
                ByteBuffer.wrap(Files.readAllBytes(file())).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(4096 + 2 * 4, bytes.capacity());
        assertEquals("memmpyR1", StandardCharsets.US_ASCII.decode(bytes.slice(0, 8)).toString());
        assertArrayEquals(
                new long[] {2, (1L << 31) + 1, 1, 2},
                new long[] {
                    bytes.getLong(8), bytes.getLong(16), bytes.getLong(24), bytes.getLong(32)
                });
        assertEquals("hi", StandardCharsets.UTF_8.decode(bytes.slice(40, 2)).toString());
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, 42);
        assertEquals(crc.getValue(), bytes.getLong(42));
        assertEquals(5, bytes.getInt(4096));
        assertEquals(Integer.MIN_VALUE, bytes.getInt(4100));
        RowFile.write(file(), RowIndex.of((1L << 32) + 1), "");
        assertEquals(4096 + 8, Files.size(file()));
    }

    @Test
    void everyDamagedBitOfTheHeaderIsSeen() throws IOException {
        RowFile.write(file(), RowIndex.of(5, 6), "note");
        byte[] sound = Files.readAllBytes(file());
        for (int bit = 0; bit < (5 * 8 + 4 + 8) * 8; bit++) {
            byte[] damaged = sound.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file(), damaged);
            assertUnusable(file().toString());
        }
    }

    private void assertUnusable(String text) {
        String message =
                assertThrows(CorruptStoreException.class, () -> RowFile.open(file())).getMessage();
        assertTrue(message.contains(text), message);
    }

    @Test
    void aFileThatWasCutOrIsNoneIsNotOpened() throws IOException {
        RowFile.write(file(), RowIndex.all(2000).shuffle(1), "");
        byte[] sound = Files.readAllBytes(file());
        for (int length : new int[] {0, 1, 39, 40, 47, 48, 4095, 4096, 9000, sound.length - 1}) {
            Files.write(file(), Arrays.copyOf(sound, length));
            assertUnusable("is no usable row file");
        }
        Files.write(file(), Arrays.copyOf(sound, sound.length + 1));
        assertUnusable("not the 12,096");
        Files.writeString(file(), "x".repeat(5000));
        assertUnusable("does not begin as a row file");
        Files.delete(file());
        assertThrows(NoSuchFileException.class, () -> RowFile.open(file()));
    }

    @Test
    void aNoteHasALimit() throws IOException {
        String longest = "é".repeat(1 << 19);
        RowFile.write(file(), RowIndex.of(3), longest);
        assertEquals(longest, RowFile.open(file()).note());
        assertArrayEquals(new long[] {3}, rows(RowFile.open(file()).rows()));
        assertThrows(
                IllegalArgumentException.class,
                () -> RowFile.write(file(), RowIndex.of(4), longest + "x"));
        assertArrayEquals(new long[] {3}, rows(RowFile.open(file()).rows()));
    }

    @Test
    void aFailedWriteLeavesNothing() throws IOException {
        Path directory = Files.createDirectory(file());
        Files.createFile(directory.resolve("x"));
        assertThrows(IOException.class, () -> RowFile.write(directory, RowIndex.of(3), ""));
        try (var entries = Files.list(folder)) {
            assertEquals(List.of(directory), entries.toList());
        }
    }

    /** An open file stays as it was; each that is opened is one writer's, whole. */
    @Test
    void severalMayWriteAtOnce() throws Exception {
        RowFile.write(file(), RowIndex.of(0), "0");
        RowFile first = RowFile.open(file());
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<Void>> ends =
                    List.of(
                            threads.submit(() -> write(1)),
                            threads.submit(() -> write(2)),
                            threads.submit((Callable<Void>) this::read));
            for (Future<Void> end : ends) {
                end.get();
            }
        }
        assertArrayEquals(new long[] {0}, rows(first.rows()));
        try (var entries = Files.list(folder)) {
            assertEquals(List.of(file()), entries.toList());
        }
    }

    private Void write(int writer) throws IOException {
        for (int i = 0; i < 20; i++) {
            RowFile.write(file(), RowIndex.all(100L * writer), Integer.toString(writer));
        }
        return null;
    }

    private Void read() throws IOException {
        for (int i = 0; i < 100; i++) {
            RowFile read = RowFile.open(file());
            int writer = Integer.parseInt(read.note());
            assertEquals(Math.max(1, 100 * writer), read.rows().size());
        }
        return null;
    }

    @Test
    void aFileThatIsCutWhileItIsOpenIsAnException() throws Exception {
        Process child = ChildJvm.start(Cutting.class, file());
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, child.waitFor(), output);
        assertFalse(output.contains("SIGBUS"), output);
    }

    /** Reads until everything is compiled, cuts, and reads again. */
    public static final class Cutting {
        private Cutting() {}

        public static void main(String[] args) throws IOException {
            Path file = Path.of(args[0]);
            for (long base : new long[] {0, 1L << 40}) {
                RowFile.write(file, RowIndex.range(base, base + 20_000), "");
                RowIndex rows = RowFile.open(file).rows();
                long[] into = new long[1000];
                for (int i = 0; i < 20_000; i++) {
                    rows.fill(19_000 - i % 2, into, 0, 1000);
                }
                try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
                    cut.setLength(8192); // whole pages, so that every access faults
                }
                int faults = 0;
                for (int i = 0; i < 100; i++) {
                    try {
                        rows.fill(19_000, into, 0, 1000);
                    } catch (CorruptStoreException e) {
                        faults += e.getMessage().contains("was cut while it was open") ? 1 : 0;
                    }
                }
                rows.fill(0, into, 0, 10); // what is there is read
                if (faults != 100) {
                    System.out.println(faults + " of 100 reads failed");
                    System.exit(3);
                }
            }
        }
    }
}
