// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.store.PartedArrays;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.memmpy.testing.ChildJvm;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Somebody cuts a column's file while a cut is evaluated: an exception, not the JVM's end. */
class CutWhileFileIsCutTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.CONCURRENT)
    void isACorruptStore(DType dtype) throws Exception {
        Process child = ChildJvm.start(Child.class, dtype.name(), directory.resolve("t.memmpy"));
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals("", output.strip());
        assertEquals(0, child.waitFor());
    }

    /** Evaluates until everything is compiled, cuts, and evaluates again. */
    public static final class Child {
        private static final int ROWS = 1 << 16;

        private Child() {}

        public static void main(String[] args) throws IOException {
            DType dtype = DType.valueOf(args[0]);
            Path path = Path.of(args[1]);
            RowType type = RowType.of(dtype);
            try (Store store = Store.create(path, StoreOption.NO_FORCE)) {
                byte[] zeros = new byte[ROWS * dtype.bytes()];
                PartedArrays.append(store, "x", type, MemorySegment.ofArray(zeros), 2);
                store.commit();
            }
            try (Store store = Store.open(path)) {
                Cut cut = Cut.parse("(x == 0) & (x <= x)").uncached();
                for (int i = 0; i < 300; i++) {
                    if (cut.rows(store.table(), 1 + i % 2).size() != ROWS) {
                        System.out.println("other rows");
                    }
                }
                for (Path file : files(path)) {
                    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                        open.setLength(4096);
                    }
                }
                int corrupt = 0;
                for (int i = 0; i < 20; i++) {
                    try {
                        cut.rows(store.table(), 1 + i % 2);
                    } catch (CorruptStoreException e) {
                        corrupt++;
                    }
                }
                if (corrupt != 20) {
                    System.out.println(corrupt + " of 20 were said");
                }
            }
        }

        private static List<Path> files(Path store) throws IOException {
            try (Stream<Path> files = Files.walk(store)) {
                return files.filter(file -> file.endsWith("x.npy")).toList();
            }
        }
    }
}
