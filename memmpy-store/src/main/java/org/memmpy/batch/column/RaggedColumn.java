// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.RowType;
import org.memmpy.store.MappedArray;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A column of a jagged array.
 *
 * @param form what becomes of the rows
 */
record RaggedColumn(String name, RaggedSources arrays, RaggedForm form) implements BoundColumn {
    @Override
    public RowType type() {
        return form.type();
    }

    @Override
    public boolean hasFixedRows() {
        return form.hasFixedRows();
    }

    @Override
    public List<List<MappedArray>> inputs() {
        return form.hasItems() ? List.of(arrays.values()) : List.of();
    }

    @Override
    public OptionalLong mostItems() {
        return form.mostItems();
    }

    @Override
    public boolean isCopied() {
        return form.isCopied();
    }

    @Override
    public Located locate(BatchRows rows) {
        return form.of(rows.items(arrays));
    }

    @Override
    public void fingerprint(int source, long rows, Map<String, String> into) {
        arrays.fingerprint(source, rows, into);
    }
}
