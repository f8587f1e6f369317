// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.kernel.Elements;
import org.memmpy.store.MappedArray;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A weighted sample without replacement (P. Efraimidis and P. Spirakis, "Weighted Random Sampling
 * with a Reservoir", 2006): each position gets an exponentially distributed time with its weight as
 * the rate, and the first ones are the sample, in the order in which one after the other would be
 * drawn. Kept in a binary heap outside the Java heap, the last on top, 16 bytes for each draw.
 */
final class WeightedSample {
    private static final int ENTRY = Double.BYTES + Long.BYTES;

    private final MemorySegment heap;
    private long size;

    private WeightedSample(MemorySegment heap) {
        this.heap = heap;
    }

    static RowIndex of(MappedArray weights, RowIndex rows, long draws, long key) {
        try (Arena arena = Arena.ofConfined()) {
            WeightedSample sample = new WeightedSample(arena.allocate(draws * ENTRY, Long.BYTES));
            long[] possible = {0};
            Weights.visit(
                    weights,
                    rows,
                    (position, weight) -> {
                        if (weight > 0) {
                            possible[0]++;
                            sample.offer(time(SplitMix64.at(key, position), weight), position);
                        }
                    });
            if (possible[0] < draws) {
                throw new IllegalArgumentException(
                        "%s: %,d draws without replacement, but only %,d of these rows have a weight above 0"
                                .formatted(weights, draws, possible[0]));
            }
            return sample.inOrder(rows.size());
        }
    }

    /** {@return -log(u) / weight}, u being in (0, 1]; the same on every machine. */
    private static double time(long random, double weight) {
        return -StrictMath.log(((random >>> 11) + 1) * 0x1p-53) / weight;
    }

    private void offer(double time, long position) {
        long capacity = heap.byteSize() / ENTRY;
        if (size < capacity) {
            up(size++, time, position);
        } else if (capacity > 0 && isBefore(time, position, time(0), position(0))) {
            down(0, time, position);
        }
    }

    /** {@return the positions, first drawn first; the heap is empty then} */
    private RowIndex inOrder(long bound) {
        long draws = size;
        while (size > 1) {
            double lastTime = time(0);
            long lastPosition = position(0);
            size--;
            down(0, time(size), position(size));
            set(size, lastTime, lastPosition);
        }
        RowList list = new RowList(bound, draws);
        for (long at = 0; at < draws; at++) {
            list.add(position(at));
        }
        return list.toIndex();
    }

    private void up(long from, double time, long position) {
        long at = from;
        while (at > 0) {
            long parent = (at - 1) / 2;
            if (!isBefore(time(parent), position(parent), time, position)) {
                break;
            }
            set(at, time(parent), position(parent));
            at = parent;
        }
        set(at, time, position);
    }

    private void down(long from, double time, long position) {
        long at = from;
        while (2 * at + 1 < size) {
            long child = 2 * at + 1;
            if (child + 1 < size
                    && isBefore(
                            time(child), position(child), time(child + 1), position(child + 1))) {
                child++;
            }
            if (!isBefore(time, position, time(child), position(child))) {
                break;
            }
            set(at, time(child), position(child));
            at = child;
        }
        set(at, time, position);
    }

    private static boolean isBefore(double time, long position, double other, long otherPosition) {
        return time < other || (time == other && position < otherPosition);
    }

    private double time(long at) {
        return heap.get(Elements.DOUBLE, at * ENTRY);
    }

    private long position(long at) {
        return heap.get(Elements.LONG, at * ENTRY + Double.BYTES);
    }

    private void set(long at, double time, long position) {
        heap.set(Elements.DOUBLE, at * ENTRY, time);
        heap.set(Elements.LONG, at * ENTRY + Double.BYTES, position);
    }
}
