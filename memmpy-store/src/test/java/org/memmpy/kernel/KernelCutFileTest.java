// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.testing.ChildJvm;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/** A file is cut under the loops that read mapped memory: an error, never the end of the JVM. */
class KernelCutFileTest {
    private static final int BYTES = 1 << 16;

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.CONCURRENT)
    void isAnError(DType dtype) throws Exception {
        Process child = ChildJvm.start(Child.class, dtype, directory.resolve("cut.bin"));
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, child.waitFor(), output);
    }

    /** Runs every loop until it is compiled, cuts the file, and runs each again. */
    public static final class Child {
        private static long sum;

        private Child() {}

        public static void main(String[] args) throws IOException {
            DType dtype = DType.valueOf(args[0].toUpperCase(Locale.ROOT));
            try (RandomAccessFile file = new RandomAccessFile(args[1], "rw");
                    Arena arena = Arena.ofConfined()) {
                file.setLength(BYTES);
                MemorySegment map =
                        file.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, BYTES, arena);
                List<Runnable> loops = loops(dtype, map);
                for (int i = 0; i < 400; i++) {
                    loops.forEach(Runnable::run);
                }
                file.setLength(0);
                for (int loop = 0; loop < loops.size(); loop++) {
                    for (int i = 0; i < 20; i++) {
                        if (!fails(loops.get(loop))) {
                            System.out.println(dtype + ": loop " + loop + " read what is gone");
                            System.exit(3);
                        }
                    }
                }
                System.out.println(sum);
            }
        }

        private static List<Runnable> loops(DType dtype, MemorySegment map) {
            long elements = BYTES / dtype.bytes();
            MomentsPass together = new MomentsPass(dtype, 1);
            MomentsPass apart = new MomentsPass(dtype, 700);
            MemorySegment target = MemorySegment.ofArray(new byte[2 * BYTES]);
            long[] rows = {0, 15, 3};
            List<Runnable> loops = new ArrayList<>();
            loops.add(() -> together.add(map, 0, elements));
            loops.add(() -> apart.add(map, 0, elements));
            loops.add(
                    () ->
                            FillMasked.fill(
                                    RowSource.of(map), rows, 3, 4091, target, dtype.bytes(), 7));
            addGathers(loops, dtype, map);
            ColumnBlock block = new ColumnBlock(dtype);
            Object column =
                    switch (dtype) {
                        case BOOL, INT8, UINT8, INT16, UINT16, INT32 -> new int[ColumnBlock.ROWS];
                        case UINT32, INT64, UINT64 -> new long[ColumnBlock.ROWS];
                        case FLOAT16, BFLOAT16, FLOAT32 -> new float[ColumnBlock.ROWS];
                        case FLOAT64 -> new double[ColumnBlock.ROWS];
                    };
            loops.add(
                    () -> {
                        block.copy(map, 0, block.landing(column), 0, ColumnBlock.ROWS);
                        block.widen(column, ColumnBlock.ROWS);
                    });
            if (!dtype.isFloating()) {
                loops.add(() -> new ClassCounts(dtype, 10).add(map, 0, elements));
            }
            if (dtype == DType.INT64) {
                loops.add(() -> sum += KeyHashes.hash(map, 0, BYTES));
                loops.add(() -> KeyHashes.hash(map, map, 0, elements - 1, target));
                loops.add(() -> KeyRuns.sort(map, 0, elements, target));
                loops.add(() -> KeyRunMerge.merge(List.of(map, map), target));
                loops.add(() -> sum += KeyRuns.first(map, 5));
                loops.add(() -> sum += KeyRuns.indexOf(map, 0, elements, 5));
            }
            return loops;
        }

        /** Into memory off the heap, as batches are, by every loop that there is. */
        private static void addGathers(List<Runnable> loops, DType dtype, MemorySegment map) {
            MemorySegment batch = Arena.ofAuto().allocate(1 << 18, 64);
            long[] rows = {0, 2, 1};
            long[] run = LongStream.range(0, 20).toArray();
            for (int elements : new int[] {1, 2, 3, 5, 9, 16, 25, 100, 1000, 2500}) {
                RowType type = RowType.of(dtype, elements);
                List<RowKernel> kernels = new ArrayList<>();
                kernels.add(new CopyRows(type.bytes()));
                if (elements == 1 || elements >= 1000) {
                    for (DType to : DType.values()) {
                        kernels.add(new ConvertRows(type, to, Affine.NONE));
                    }
                }
                if (dtype.isInteger() && elements == 1) {
                    kernels.add(new OneHotRows(RowType.of(dtype), null, 3, DType.FLOAT32));
                }
                if (dtype.isInteger()) {
                    kernels.add(new OneHotRows(type, null, 3, DType.UINT8));
                    OneHotRuns runs = new OneHotRuns(dtype, 3, DType.UINT8);
                    long[] lengths = {1, elements, 2};
                    loops.add(() -> runs.pack(RowSource.of(map), rows, lengths, 3, batch));
                    loops.add(() -> runs.pad(RowSource.of(map), rows, lengths, 3, 2500, batch));
                }
                for (RowKernel kernel : kernels) {
                    loops.add(() -> kernel.gather(map, rows, rows.length, batch));
                }
                if (elements <= 25) {
                    loops.add(() -> kernels.getFirst().gather(map, run, run.length, batch));
                }
            }
        }

        private static boolean fails(Runnable loop) {
            try {
                loop.run();
                Faults.settle();
                return false;
            } catch (InternalError e) {
                return true;
            }
        }
    }
}
