// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.testing.ChildJvm;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Every single read of rows that were cut off throws {@link CorruptStoreException}, and nothing
 * else does, whoever compiled it.
 */
class CutReadTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {"-Dtiered", "-Xint", "-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation"})
    void isACorruptStore(String option) throws Exception {
        Process child =
                ChildJvm.start(
                        List.of(option),
                        Child.class,
                        directory,
                        option.equals("-Xint") ? 20 : 20_000);
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals("", output.strip());
        assertEquals(0, child.waitFor());
    }

    /** Reads in each way until it is compiled, cuts, and reads again. */
    public static final class Child {
        private static final int ROWS = 1 << 15;
        private static final int FAULTS = 40;
        static volatile long sum;

        private Child() {}

        public static void main(String[] args) throws IOException {
            int warmUp = Integer.parseInt(args[1]);
            for (DType dtype : List.of(DType.UINT8, DType.INT32, DType.FLOAT32, DType.INT64)) {
                Path path = Path.of(args[0]).resolve(dtype.toString());
                try (Store store = Store.create(path, StoreOption.NO_FORCE)) {
                    store.array("x", dtype)
                            .append(MemorySegment.ofArray(new byte[ROWS * dtype.bytes()]));
                    store.commit();
                }
                try (Store store = Store.open(path);
                        Arena arena = Arena.ofConfined()) {
                    List<LongConsumer> reads = reads(store.array("x"), arena);
                    for (LongConsumer read : reads) {
                        for (int i = 0; i < warmUp; i++) {
                            read.accept(i % 1000);
                        }
                    }
                    try (RandomAccessFile file =
                            new RandomAccessFile(path.resolve("x.npy").toFile(), "rw")) {
                        file.setLength(4096); // whole pages, so that every access faults
                    }
                    for (int read = 0; read < reads.size(); read++) {
                        test(dtype + ", read " + read, reads.get(read));
                    }
                }
            }
            System.exit(0);
        }

        private static void test(String what, LongConsumer read) {
            int corrupt = 0;
            for (int i = 0; i < FAULTS; i++) {
                try {
                    read.accept(ROWS - 1 - i % 100);
                } catch (CorruptStoreException e) {
                    corrupt++;
                } catch (InternalError e) {
                    System.out.println(what + ": " + e);
                }
            }
            if (corrupt != FAULTS) {
                System.out.println(what + ": " + corrupt + " of " + FAULTS + " were said");
            }
        }

        private static List<LongConsumer> reads(MappedArray array, Arena arena) {
            MemorySegment one = MemorySegment.ofArray(new byte[array.dtype().bytes()]);
            MemorySegment heap = MemorySegment.ofArray(new byte[100 * array.dtype().bytes()]);
            MemorySegment large = MemorySegment.ofArray(new byte[9000 * array.dtype().bytes()]);
            MemorySegment off = arena.allocate(heap.byteSize());
            List<LongConsumer> reads = new ArrayList<>();
            if (!array.dtype().isFloating()) {
                reads.add(row -> sum = array.getLong(row));
            }
            reads.add(row -> sum = (long) array.getDouble(row));
            reads.add(row -> array.read(row, one));
            reads.add(row -> array.read(Math.min(row, ROWS - 100), heap));
            reads.add(row -> array.read(Math.min(row, ROWS - 100), off));
            reads.add(row -> array.read(Math.min(row, ROWS - 9000), large));
            return reads;
        }
    }
}
