// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks;

import static org.memmpy.batch.Column.column;

import org.memmpy.DType;
import org.memmpy.batch.BatchMemory;
import org.memmpy.batch.RowGather;
import org.memmpy.index.RowIndex;
import org.memmpy.store.RowLease;
import org.memmpy.store.Store;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One batch of 1 MiB: gathered from shuffled rows of a cached store of 256 MiB, plain and
 * converted, against one sequential copy of 1 MiB. One thread; no loader, no engine.
 *
 * <p>{@code mvn -q compile -pl benchmarks -am -Dbenchmark=GatherBenchmark}. With {@code
 * "-Dbenchmark.args=-prof gc"} the line {@code gc.alloc.rate.norm} says how many bytes a batch
 * allocates on the heap: the same for 16,384 rows and for 64, so nothing for a row.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GatherBenchmark {
    private static final int BATCH_BYTES = 1 << 20;
    private static final long STORE_BYTES = 256L << 20;

    /** Bytes of one row as stored. */
    @Param({"64", "256", "1024", "4096", "16384"})
    private int rowBytes;

    private Path path;
    private Store store;
    private RowLease lease;
    private RowIndex order;
    private RowGather floats;
    private RowGather bytesToFloats;
    private long[] rows;
    private long[] quarter;
    private BatchMemory.Slot target;
    private long at;

    /** Called by JMH. */
    public GatherBenchmark() {}

    /**
     * Writes the store.
     *
     * @throws IOException if it cannot
     */
    @Setup
    public void setUp() throws IOException {
        path = Files.createTempDirectory("memmpy-benchmark").resolve("store.memmpy");
        long count = STORE_BYTES / rowBytes;
        try (Store writer = Store.create(path)) {
            byte[] piece = new byte[BATCH_BYTES];
            for (long written = 0; written < STORE_BYTES; written += BATCH_BYTES) {
                MemorySegment segment = MemorySegment.ofArray(piece);
                writer.array("floats", DType.FLOAT32, rowBytes / 4).append(segment);
                writer.array("bytes", DType.UINT8, rowBytes).append(segment);
            }
            writer.commit();
        }
        store = Store.open(path);
        lease = store.array("floats").lease();
        order = RowIndex.all(count).shuffle(42);
        floats = RowGather.of(store.table(), List.of(column("floats")));
        bytesToFloats =
                RowGather.of(
                        store.table(), List.of(column("bytes").as(DType.FLOAT32).scale(1.0 / 255)));
        rows = new long[BATCH_BYTES / rowBytes];
        quarter = new long[rows.length / 4];
        MemorySegment memory = Arena.ofAuto().allocate(BATCH_BYTES, 4096);
        target =
                new BatchMemory.Slot() {
                    @Override
                    public MemorySegment segment(int column) {
                        return memory;
                    }

                    @Override
                    public void release() {}
                };
    }

    /** Closes and removes the store. */
    @TearDown
    public void tearDown() {
        lease.close();
        store.close();
        try (Stream<Path> files = Files.walk(path.getParent())) {
            files.sorted(Comparator.reverseOrder()).forEach(GatherBenchmark::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The limit: one copy of the same bytes from consecutive places. */
    @Benchmark
    public void sequentialCopy() {
        at = at + 2L * BATCH_BYTES > STORE_BYTES ? 0 : at + BATCH_BYTES;
        MemorySegment.copy(lease.segment(), at, target.segment(0), 0, BATCH_BYTES);
    }

    /** Shuffled rows as they are; 1 MiB in, 1 MiB out. */
    @Benchmark
    public void gather() {
        floats.gather(next(rows), target);
    }

    /** Shuffled bytes to scaled floats; 256 KiB in, 1 MiB out. */
    @Benchmark
    public void gatherBytesAsFloats() {
        bytesToFloats.gather(next(quarter), target);
    }

    private long[] next(long[] batch) {
        at = at + 2L * batch.length > order.size() ? 0 : at + batch.length;
        order.fill(at, batch, 0, batch.length);
        return batch;
    }
}
