// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** One epoch of a {@link MixedOrder}: positions of the sources one behind the other. */
final class MixedPositions extends RowIndex {
    private final Order each;
    private final Turns shares;
    private final List<RowIndex> sources;
    private final long[] passRows;
    private final long[] starts;
    private final long first;
    private final long size;
    private final String order;

    /** Of each source, the pass that was used last. Threads that race make it anew. */
    private final AtomicReferenceArray<Pass> passes;

    private record Pass(long number, RowIndex positions) {}

    /**
     * An epoch.
     *
     * @param passRows rows of one pass of each source
     * @param first the place in the endless sequence where it begins
     * @param order what it is an epoch of, in words
     */
    MixedPositions(
            Order each,
            Turns shares,
            List<RowIndex> sources,
            long[] passRows,
            long first,
            long size,
            String order) {
        this.each = each;
        this.shares = shares;
        this.sources = sources;
        this.passRows = passRows;
        this.first = first;
        this.size = size;
        this.order = order;
        this.passes = new AtomicReferenceArray<>(sources.size());
        this.starts = new long[sources.size() + 1];
        for (int s = 0; s < sources.size(); s++) {
            starts[s + 1] = Math.addExact(starts[s], sources.get(s).size());
        }
        Math.addExact(first, size); // no place is beyond what a long counts
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long bound() {
        return starts[starts.length - 1];
    }

    @Override
    long hash() {
        return Hashes.of(order, first, size);
    }

    @Override
    void map(long[] positions, int offset, int length) {
        int[] source = new int[length];
        long[] turn = new long[length];
        for (int i = 0; i < length; i++) {
            long place = first + positions[offset + i];
            source[i] = shares.source(place);
            turn[i] = shares.turn(place);
        }
        long[] at = new long[length];
        int[] of = new int[length];
        for (int s = 0; s < sources.size(); s++) {
            long rows = passRows[s];
            long pass = 0;
            int count = 0;
            for (int i = 0; i < length; i++) {
                if (source[i] == s) {
                    if (turn[i] / rows != pass) {
                        put(s, pass, at, of, count, positions, offset);
                        count = 0;
                        pass = turn[i] / rows;
                    }
                    at[count] = turn[i] % rows;
                    of[count++] = i;
                }
            }
            put(s, pass, at, of, count, positions, offset);
        }
    }

    private void put(
            int source, long pass, long[] at, int[] of, int count, long[] positions, int offset) {
        if (count == 0) {
            return;
        }
        pass(source, pass).map(at, 0, count);
        for (int i = 0; i < count; i++) {
            positions[offset + of[i]] = starts[source] + at[i];
        }
    }

    private RowIndex pass(int source, long number) {
        Pass pass = passes.get(source);
        if (pass == null || pass.number() != number) {
            // epochs that no other source has: sources of one size must not go in step
            long epoch = number * sources.size() + source;
            pass = new Pass(number, each.positions(sources.get(source), epoch));
            passes.set(source, pass);
        }
        return pass.positions();
    }

    @Override
    public String toString() {
        return "%,d rows, mixed of %d sources".formatted(size, sources.size());
    }
}
