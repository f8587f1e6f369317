// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.store.MappedArray;
import org.memmpy.store.PartedArrays;
import org.memmpy.store.Store;
import org.memmpy.testing.ChildJvm;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Somebody cuts a file that is open: an exception, never the end of the JVM. In compiled code, in a
 * JVM of its own for each dtype, because HotSpot 25 dies where an int is loaded and widened at
 * once.
 */
class CutFileTest {
    private static final int ROWS = 4096;

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.CONCURRENT)
    void isAnException(DType dtype) throws Exception {
        run(dtype, ReadPolicy.AUTO);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    @Execution(ExecutionMode.CONCURRENT)
    void isAnExceptionHoweverRowsAreRead(ReadPolicy policy) throws Exception {
        run(DType.INT16, policy);
    }

    private void run(DType dtype, ReadPolicy policy) throws Exception {
        Process child = ChildJvm.start(Child.class, dtype, directory, policy);
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, child.waitFor(), output);
    }

    /** Reads until everything is compiled, cuts, and reads again. */
    public static final class Child {
        private static long sum;

        private Child() {}

        public static void main(String[] args) throws IOException {
            DType dtype = DType.valueOf(args[0].toUpperCase(java.util.Locale.ROOT));
            ReadPolicy policy = ReadPolicy.valueOf(args[2]);
            boolean told = true;
            for (int parts : new int[] {1, 3}) {
                told &= tells(Path.of(args[1], parts + ".memmpy"), dtype, parts, policy);
            }
            System.exit(told ? 0 : 3);
        }

        private static boolean tells(Path path, DType dtype, int parts, ReadPolicy policy)
                throws IOException {
            try (Store writer = Store.create(path)) {
                MemorySegment zeros = MemorySegment.ofArray(new byte[ROWS * dtype.bytes()]);
                PartedArrays.append(writer, "x", RowType.of(dtype), zeros, parts);
                writer.commit();
            }
            try (Store store = Store.open(path)) {
                MappedArray array = store.array("x");
                LongConsumer reads = row -> sum += readers(array, row);
                for (int i = 0; i < 40_000; i++) {
                    reads.accept(i % ROWS);
                }
                loadAll(store, dtype, policy, parts == 1 ? 10 : 5); // compiled by then
                cut(path);
                int faults = 0;
                for (int i = 0; i < 100; i++) {
                    faults += fails(() -> reads.accept(ROWS - 1));
                }
                int lost = fails(() -> loadAll(store, dtype, policy, 3));
                System.out.printf(
                        "%s in %d parts: %d of 100 reads failed, the loader's %d (%d)%n",
                        dtype, parts, faults, lost, sum);
                return faults > 0 && lost > 0;
            }
        }

        private static void cut(Path path) throws IOException {
            List<Path> files;
            try (Stream<Path> all = Files.walk(path)) {
                files = all.filter(file -> file.endsWith("x.npy")).toList();
            }
            for (Path part : files) {
                try (RandomAccessFile file = new RandomAccessFile(part.toFile(), "rw")) {
                    file.setLength(4096); // whole pages, so that every access faults
                }
            }
        }

        private static long readers(MappedArray array, long row) {
            double value = array.getDouble(row);
            return (long) value + (array.dtype().isFloating() ? 0 : array.getLong(row));
        }

        private static void loadAll(Store store, DType dtype, ReadPolicy policy, int epochs) {
            LoaderBuilder builder =
                    BatchLoader.builder(store.table())
                            .column(column("x").as(DType.INT64))
                            .column(column("x").as(DType.FLOAT32).scale(2))
                            .column(column("x").as(DType.FLOAT64))
                            .column(column("x"));
            if (dtype.isInteger()) {
                builder.column(column("x").oneHot(3));
            }
            try (BatchLoader loader = builder.batchSize(16).shuffle(1).read(policy).build()) {
                for (int e = 0; e < epochs; e++) {
                    try (Epoch epoch = loader.epoch(e)) {
                        for (MiniBatch batch : epoch) {
                            batch.close();
                        }
                    }
                }
            }
        }

        private static int fails(Runnable read) {
            try {
                read.run();
                return 0;
            } catch (MemmpyException | InternalError e) {
                return 1;
            }
        }
    }
}
