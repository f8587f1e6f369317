// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.testing.ChildJvm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A fault is reported inside the {@code try} around the read, by each of HotSpot's compilers. */
class FaultsTest {
    private static final long BYTES = 1 << 18;

    /** Whole pages, so that every access behind them faults. */
    private static final long CUT = 4096;

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Dtiered",
                "-Xint",
                "-XX:TieredStopAtLevel=1",
                "-XX:-TieredCompilation",
                "-Xcomp"
            })
    @Execution(ExecutionMode.CONCURRENT)
    void areReportedInsideTheTry(String option) throws Exception {
        Process child =
                ChildJvm.start(
                        List.of(option),
                        Child.class,
                        directory.resolve("cut.bin"),
                        option.equals("-Xint") ? 10 : 20_000);
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals("", output.strip());
        assertEquals(0, child.waitFor());
    }

    /** Reads in each way until it is compiled, cuts, reads again, and so on. */
    public static final class Child {
        private static final int CUTS = 15;

        /** So that nothing is read in vain; read by nobody but the compiler. */
        static volatile long sum;

        private Child() {}

        /** The only exception that may be seen outside. */
        private static final class Caught extends RuntimeException {
            private static final long serialVersionUID = 1L;

            Caught(InternalError fault) {
                super(fault);
            }
        }

        /** Reads something that ends at an offset, and settles. */
        private interface Read {
            long upTo(long end);
        }

        public static void main(String[] args) throws Exception {
            int warmUp = Integer.parseInt(args[1]);
            Path path = Path.of(args[0]);
            try (FileChannel file =
                            FileChannel.open(
                                    path,
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.READ,
                                    StandardOpenOption.WRITE);
                    Arena arena = Arena.ofShared()) {
                lengthen(file);
                MemorySegment mapped = file.map(FileChannel.MapMode.READ_ONLY, 0, BYTES, arena);
                for (Map.Entry<String, Read> read : reads(mapped, arena).entrySet()) {
                    String what = read.getKey();
                    test(file, what, read.getValue(), warmUp);
                    // a virtual thread's fault is reported to the thread that carries it
                    Thread.Builder builder = Thread.ofVirtual();
                    Throwable[] failure = new Throwable[1];
                    builder.start(
                                    () -> {
                                        try {
                                            test(file, "virtual, " + what, read.getValue(), 10);
                                        } catch (Throwable e) {
                                            failure[0] = e;
                                        }
                                    })
                            .join();
                    if (failure[0] != null) {
                        failure[0].printStackTrace();
                    }
                }
            }
            System.exit(0);
        }

        private static void test(FileChannel file, String what, Read read, int warmUp)
                throws IOException {
            int caught = 0;
            int raw = 0;
            for (int cut = 0; cut < CUTS; cut++) {
                lengthen(file);
                loop(read, cut == 0 ? warmUp : warmUp / 10);
                file.truncate(CUT);
                for (int i = 0; i < 2; i++) {
                    try {
                        caught += caught(read);
                        Faults.settle(); // nothing may be left for others
                    } catch (InternalError e) {
                        raw++;
                    }
                }
            }
            if (caught != 2 * CUTS || raw != 0) {
                System.out.printf(
                        "%s: %d of %d faults caught, %d elsewhere%n", what, caught, 2 * CUTS, raw);
            }
        }

        private static int caught(Read read) {
            try {
                sum = read.upTo(BYTES);
                return 0;
            } catch (Caught e) {
                return 1;
            }
        }

        private static void loop(Read read, int count) {
            for (int i = 0; i < count; i++) {
                sum = read.upTo(BYTES - 8L * (i % 64));
            }
        }

        private static void lengthen(FileChannel file) throws IOException {
            file.write(java.nio.ByteBuffer.allocate(1), BYTES - 1);
        }

        private static Map<String, Read> reads(MemorySegment mapped, Arena arena) {
            Map<String, Read> reads = new LinkedHashMap<>();
            for (DType type : DType.values()) {
                if (!type.isFloating()) {
                    reads.put("getLong " + type, longs(type, mapped));
                }
                reads.put("getDouble " + type, doubles(type, mapped));
            }
            reads.put("8 bytes to the heap", copy(mapped, MemorySegment.ofArray(new byte[8])));
            reads.put("40 bytes to the heap", copy(mapped, MemorySegment.ofArray(new byte[40])));
            byte[] large = new byte[100_000];
            reads.put("100 kB to the heap", copy(mapped, MemorySegment.ofArray(large)));
            reads.put("40 bytes", copy(mapped, arena.allocate(40)));
            reads.put("100 kB", copy(mapped, arena.allocate(large.length)));
            reads.put("64 longs", sum(mapped));
            return reads;
        }

        private static Read longs(DType type, MemorySegment mapped) {
            return end -> {
                try {
                    long value = Elements.getLong(type, mapped, end - 8);
                    Faults.settle();
                    return value;
                } catch (InternalError e) {
                    throw new Caught(e);
                }
            };
        }

        private static Read doubles(DType type, MemorySegment mapped) {
            return end -> {
                try {
                    double value = Elements.getDouble(type, mapped, end - 8);
                    Faults.settle();
                    return (long) value;
                } catch (InternalError e) {
                    throw new Caught(e);
                }
            };
        }

        private static Read copy(MemorySegment mapped, MemorySegment target) {
            return end -> {
                try {
                    long bytes = target.byteSize();
                    MemorySegment.copy(mapped, end - bytes, target, 0, bytes);
                    Faults.settle();
                    return target.get(ValueLayout.JAVA_BYTE, 0);
                } catch (InternalError e) {
                    throw new Caught(e);
                }
            };
        }

        private static Read sum(MemorySegment mapped) {
            return end -> {
                try {
                    long total = 0;
                    for (int i = 1; i <= 64; i++) {
                        total += mapped.get(Elements.LONG, end - 8L * i);
                    }
                    Faults.settle();
                    return total;
                } catch (InternalError e) {
                    throw new Caught(e);
                }
            };
        }
    }
}
