// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.read;

import org.memmpy.batch.column.BoundColumn;
import org.memmpy.batch.column.Guard;
import org.memmpy.batch.column.Pins;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntFunction;

/** Reads from mapped files, by copies that the JVM guards. */
public final class MappedReader implements BatchReader {
    private final List<BoundColumn> columns;
    private final Pins pins;

    /**
     * Reads columns.
     *
     * @param pins where rows are
     */
    public MappedReader(List<BoundColumn> columns, Pins pins) {
        this.columns = columns;
        this.pins = pins;
    }

    /**
     * Reads a batch.
     *
     * @param targets null for a column that is not to be copied
     */
    @Override
    public void read(
            long batch, List<BoundColumn.Located> located, IntFunction<MemorySegment> targets) {
        for (int c = 0; c < columns.size(); c++) {
            MemorySegment target = targets.apply(c);
            if (target != null) {
                gather(columns.get(c), batch, located.get(c), target);
            }
        }
    }

    private void gather(
            BoundColumn column, long batch, BoundColumn.Located located, MemorySegment target) {
        Guard.of(
                column,
                batch,
                () -> {
                    located.gather(pins.rows(column), located.extents(), target);
                    return null;
                });
    }
}
