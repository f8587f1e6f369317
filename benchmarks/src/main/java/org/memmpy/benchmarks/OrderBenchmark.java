// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks;

import org.memmpy.index.RowIndex;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/**
 * The cost of one row number of a shuffled epoch, in batches of 256. One thread, no data.
 *
 * <p>{@code mvn -q compile -pl benchmarks -am -Dbenchmark=OrderBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OrderBenchmark {
    private static final int BATCH = 256;

    /** Below and above the order's threshold; just below, just above, and at a power of two. */
    @Param({"60000", "1000000000", "1100000000", "4294967297"})
    private long rows;

    private final long[] batch = new long[BATCH];
    private RowIndex shuffled;
    private RowIndex splitAndShuffled;
    private long at;

    /** Called by JMH. */
    public OrderBenchmark() {}

    /** Makes the orders. */
    @Setup
    public void setUp() {
        shuffled = RowIndex.all(rows).shuffle(42, 1);
        splitAndShuffled = RowIndex.all(rows).split(42, 0.8, 0.2).train().shuffle(42, 1);
    }

    /**
     * A shuffle of all rows.
     *
     * @return the batch, so that nothing is optimised away
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long[] shuffle() {
        return next(shuffled);
    }

    /**
     * A shuffle of a part of a split: two permutations.
     *
     * @return the batch, so that nothing is optimised away
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long[] splitAndShuffle() {
        return next(splitAndShuffled);
    }

    private long[] next(RowIndex index) {
        at = at + 2 * BATCH > index.size() ? 0 : at + BATCH;
        index.fill(at, batch, 0, BATCH);
        return batch;
    }
}
