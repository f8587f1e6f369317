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
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.store.Store;
import org.memmpy.testing.ChildJvm;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** As {@link CutFileTest}, of jagged rows: their values are cut, then their offsets. */
class RaggedCutFileTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource(names = {"INT8", "INT32", "FLOAT64"})
    @Execution(ExecutionMode.CONCURRENT)
    void isAnException(DType dtype) throws Exception {
        Process child = ChildJvm.start(Child.class, dtype, directory.resolve("cut.memmpy"));
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, child.waitFor(), output);
    }

    /** Loads until everything is compiled, cuts, and loads again. */
    public static final class Child {
        private Child() {}

        public static void main(String[] args) throws IOException {
            DType dtype = DType.valueOf(args[0].toUpperCase(Locale.ROOT));
            Path path = Path.of(args[1]);
            int rows = 2048;
            try (Store writer = Store.create(path)) {
                long[] lengths = new long[rows];
                Arrays.fill(lengths, 9);
                writer.ragged("r", RaggedType.of(dtype))
                        .appendAll(
                                MemorySegment.ofArray(new byte[9 * rows * dtype.bytes()]), lengths);
                writer.commit();
            }
            List<Column> columns =
                    List.of(
                            column("r").packed(),
                            column("r").packed().as(DType.FLOAT32),
                            column("r").padTo(12),
                            column("r").padTo(3).as(DType.INT64));
            try (Store store = Store.open(path)) {
                columns.forEach(column -> load(store, column, 40));
                cut(path.resolve("r/values.npy"));
                columns.forEach(column -> requireFailure(store, column));
                cut(path.resolve("r/offsets.npy"));
                requireFailure(store, column("r").lengths());
            }
        }

        private static void cut(Path path) throws IOException {
            try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
                file.setLength(4096); // whole pages, so that every access faults
            }
        }

        private static void load(Store store, Column column, int epochs) {
            try (BatchLoader loader =
                    BatchLoader.builder(store.table()).column(column).shuffle(1).build()) {
                for (int e = 0; e < epochs; e++) {
                    try (Epoch epoch = loader.epoch(e)) {
                        for (MiniBatch batch : epoch) {
                            batch.close();
                        }
                    }
                }
            }
        }

        private static void requireFailure(Store store, Column column) {
            try {
                load(store, column, 1);
            } catch (CorruptStoreException e) {
                return;
            }
            throw new AssertionError(column + " was read from a file that was cut");
        }
    }
}
