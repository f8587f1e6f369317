// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Placeholder: shows that JMH generates, compiles and runs under the gates. */
@State(Scope.Thread)
public class SmokeBenchmark {
    private long state = 1;

    /** Called by JMH. */
    public SmokeBenchmark() {}

    /**
     * One step of a multiply-xorshift.
     *
     * @return the new state
     */
    @Benchmark
    public long step() {
        state = (state ^ (state >>> 32)) * 0x9E3779B97F4A7C15L;
        return state;
    }
}
