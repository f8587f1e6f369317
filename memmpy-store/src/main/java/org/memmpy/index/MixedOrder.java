// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.store.MappedArray;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Several sources, drawn from in turn in fixed proportions. Each is passed through again and again,
 * every pass in an order of its own, and an epoch goes on where the one before has ended.
 */
final class MixedOrder implements Order {
    private final Order each;
    private final Turns shares;
    private final List<RowIndex> sources;
    private final long epochRows;

    /** Rows of one pass of each source; an order that samples may have more or fewer than it. */
    private final long[] passRows;

    MixedOrder(Order each, Turns shares, List<RowIndex> sources, long epochRows) {
        this.each = each;
        this.shares = shares;
        this.sources = List.copyOf(sources);
        this.epochRows = epochRows;
        this.passRows =
                sources.stream().mapToLong(rows -> each.positions(rows, 0).size()).toArray();
        if (Arrays.stream(passRows).anyMatch(rows -> rows == 0)) {
            throw new IllegalArgumentException("a source has no rows %s".formatted(each));
        }
    }

    @Override
    public RowIndex positions(RowIndex rows, long epoch) {
        long size = sources.stream().mapToLong(RowIndex::size).sum();
        if (rows.size() != size || epoch < 0) {
            throw new IllegalArgumentException(
                    "epoch %d of an index of %,d rows: a mixed order has no negative epochs, and is for its %,d sources of %,d rows one behind the other"
                            .formatted(epoch, rows.size(), sources.size(), size));
        }
        return new MixedPositions(
                each,
                shares,
                sources,
                passRows,
                Math.multiplyExact(epoch, epochRows),
                epochRows,
                toJson());
    }

    @Override
    public List<MappedArray> columns() {
        return each.columns();
    }

    @Override
    public String toJson() {
        return "{\"name\":\"mixed\",\"version\":1,\"slots\":%s,\"sizes\":%s,\"epochRows\":%s,\"each\":%s}"
                .formatted(
                        Arrays.stream(shares.counts())
                                .mapToObj(Integer::toString)
                                .collect(Collectors.joining(",", "[", "]")),
                        sources.stream()
                                .map(source -> Long.toString(source.size()))
                                .collect(Collectors.joining(",", "[", "]")),
                        Long.toString(epochRows),
                        each.toJson());
    }

    @Override
    public String toString() {
        return "%d sources mixed, each %s".formatted(sources.size(), each);
    }
}
