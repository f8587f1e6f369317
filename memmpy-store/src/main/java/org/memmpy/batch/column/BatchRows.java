// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of one batch, and where the items of each ragged array are, which several columns want
 * to know: looked up once. For one thread.
 */
public final class BatchRows {
    private final long[] rows;
    private final Pins pins;
    private final Map<RaggedSources, Extents> located = new HashMap<>(2);

    /**
     * Rows to be read.
     *
     * @param rows known to exist; not to be changed
     * @param pins where they are
     */
    public BatchRows(long[] rows, Pins pins) {
        this.rows = rows;
        this.pins = pins;
    }

    /**
     * {@return the rows as they are found in columns}
     *
     * @param columns in whose arrays they are
     * @param batch its number, or {@link Guard#NO_BATCH}
     */
    public List<BoundColumn.Located> locate(List<BoundColumn> columns, long batch) {
        List<BoundColumn.Located> located = new ArrayList<>(columns.size());
        for (BoundColumn column : columns) {
            located.add(Guard.of(column, batch, () -> column.locate(this)));
        }
        return located;
    }

    /** {@return the rows; not to be changed} */
    long[] rows() {
        return rows;
    }

    /** {@return the items of each row} */
    Extents items(RaggedSources arrays) {
        return located.computeIfAbsent(arrays, each -> each.locate(rows, pins.ragged(each)));
    }
}
