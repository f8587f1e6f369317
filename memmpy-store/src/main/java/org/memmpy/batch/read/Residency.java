// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.read;

import org.memmpy.batch.column.BatchRows;
import org.memmpy.batch.column.BoundColumn;
import org.memmpy.batch.column.Extents;
import org.memmpy.batch.column.Pins;
import org.memmpy.os.NativeCalls;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Looks whether rows are in memory, without touching them. Safe from any thread. */
public final class Residency {
    private static final int SAMPLES = 8;

    /** A byte for each page that is looked at, of a row its first ones. */
    private static final long MOST_PAGES = 16;

    private final List<BoundColumn> columns;
    private final Pins pins;

    /**
     * Looks at columns.
     *
     * @param columns of the pass
     * @param pins the mappings that are looked at
     */
    public Residency(List<BoundColumn> columns, Pins pins) {
        this.columns = columns;
        this.pins = pins;
    }

    /**
     * {@return the share of some rows of a batch, of the column where it is largest, that are not
     * in memory; NaN if that cannot be known}
     */
    public double absent(long[] rows) {
        if (!NativeCalls.isAvailable()) {
            return Double.NaN;
        }
        long[] sample = new long[Math.min(SAMPLES, rows.length)];
        for (int i = 0; i < sample.length; i++) {
            sample[i] = rows[(int) ((long) i * rows.length / sample.length)];
        }
        double most = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment states = arena.allocate(MOST_PAGES);
            for (BoundColumn column : columns) {
                most = Math.max(most, absent(column, sample, states));
            }
        }
        return most;
    }

    private double absent(BoundColumn column, long[] sample, MemorySegment states) {
        long bytes = MOST_PAGES * NativeCalls.pageBytes();
        int[] counts = new int[2];
        if (column.inputs().isEmpty()) {
            return 0;
        }
        Extents extents = column.locate(new BatchRows(sample, pins)).extents();
        AskedRanges ranges = new AskedRanges();
        ranges.add(pins.rows(column).getFirst(), extents, column.itemBytes(0));
        ranges.visit(
                (address, length) -> {
                    counts[0]++;
                    if (!NativeCalls.isResident(address, Math.min(length, bytes), states)) {
                        counts[1]++;
                    }
                    return true;
                });
        return counts[0] == 0 ? 0 : (double) counts[1] / counts[0];
    }
}
