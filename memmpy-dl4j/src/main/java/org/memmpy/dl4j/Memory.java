// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.RowType;
import org.memmpy.batch.LoaderBuilder;

import java.util.List;

/**
 * Where the batches of an iterator lie, and when their memory is used again: a {@code DataSet} has
 * no close that would say so.
 *
 * <p>What is not {@link #recycled} is valid for a while only. Whoever keeps its arrays longer, by
 * putting them into a list, in a listener, or by a wrapper that reads ahead, reads the rows of
 * other batches without being told.
 */
public final class Memory {
    private static final Memory RECYCLED = new Memory(0, List.of());

    /** How many are valid at a time; 0 for all that are reachable. */
    private final int batches;

    private final List<String> remapped;

    private Memory(int batches, List<String> remapped) {
        this.batches = batches;
        this.remapped = remapped;
    }

    /**
     * {@return memory that is used again once the collector has found all arrays of the batch
     * unreachable. Whatever is done with the arrays, they stay right} This is the default.
     */
    public static Memory recycled() {
        return RECYCLED;
    }

    /**
     * Memory that is used again after some further batches were taken; little of it is needed, and
     * it stays in the CPU's cache. Nothing is asked of the collector.
     *
     * <p>Unsafe: arrays that are used later have the rows of another batch. Nothing ends the JVM;
     * after the iterator was closed, the last batches stay as they are.
     *
     * @param batches a batch is valid until so many further ones were taken: 1 if each is dropped
     *     before the next is asked for; 3 more than the queue, if an {@code AsyncDataSetIterator}
     *     is put around
     * @return the choice
     * @throws IllegalArgumentException if it is not positive
     */
    public static Memory unsafeRing(int batches) {
        return new Memory(requirePositive(batches), List.of());
    }

    /**
     * Large rows without a copy: their pages are mapped side by side, as {@link
     * LoaderBuilder#unsafeRemapped} says. The windows, and the memory of other columns, are used
     * again after some further batches were taken. Arrays may be changed in place; the file stays
     * as it is.
     *
     * <p>Unsafe: arrays that are used later have the rows of another batch. The JVM ends if an
     * array is used after the iterator was closed, or somebody has cut the file.
     *
     * @param batches a batch is valid until so many further ones were taken, as of {@link
     *     #unsafeRing}
     * @param columns names of arrays of the table: rows of whole pages, delivered as they are
     *     stored
     * @return the choice
     * @throws IllegalArgumentException if {@code batches} is not positive, or no column is named
     */
    public static Memory unsafeRemapped(int batches, String... columns) {
        if (columns.length == 0) {
            throw new IllegalArgumentException(
                    "unsafeRemapped(%d): name the columns whose rows are to be mapped"
                            .formatted(batches));
        }
        return new Memory(requirePositive(batches), List.of(columns));
    }

    private static int requirePositive(int batches) {
        if (batches < 1) {
            throw new IllegalArgumentException(
                    "batches are to be valid until "
                            + batches
                            + " further ones were taken; at least 1");
        }
        return batches;
    }

    /**
     * Tells a loader where its batches are to lie.
     *
     * @param rows what they are, of each column
     * @param mostRows of a batch
     * @param caps how much memory is used before the collector is asked
     * @return who has the batches that were delivered
     */
    Keeper settle(LoaderBuilder loader, List<RowType> rows, long mostRows, Caps caps) {
        if (!remapped.isEmpty()) {
            // next(int) opens as many as it spans
            loader.unsafeRemapped(remapped.toArray(String[]::new))
                    .maxOpenBatches(Integer.MAX_VALUE);
            return new RingKeeper(batches, () -> 0);
        }
        boolean ring = batches > 0;
        Caps own = ring ? Caps.NONE : caps;
        RecycledMemory given = new RecycledMemory(rows, mostRows, own.first(), own.most());
        loader.memory(given);
        return ring ? new RingKeeper(batches, given::bytes) : new Keeper.UntilUnreachable(given);
    }

    /**
     * How much memory is used before the collector is asked.
     *
     * @param first bytes
     * @param most how far that may grow
     */
    record Caps(long first, long most) {
        /** The collector is asked if the JVM refuses memory. */
        static final Caps NONE = new Caps(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /** {@return for example {@code Memory.unsafeRing(2)}} */
    @Override
    public String toString() {
        if (batches == 0) {
            return "Memory.recycled()";
        }
        return remapped.isEmpty()
                ? "Memory.unsafeRing(" + batches + ")"
                : "Memory.unsafeRemapped(%d, %s)".formatted(batches, String.join(", ", remapped));
    }
}
