// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.store.Access;
import org.memmpy.store.MappedArray;

import java.util.ArrayList;
import java.util.List;

/** The inputs of a column, mapped until this is closed. */
final class LeasedInputs implements AutoCloseable {
    private final List<LeasedRows> rows;

    LeasedInputs(List<List<MappedArray>> inputs, Access access) {
        this.rows = new ArrayList<>(inputs.size());
        boolean complete = false;
        try {
            for (List<MappedArray> arrays : inputs) {
                rows.add(LeasedRows.of(arrays, access));
            }
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    /** {@return the rows of each input} */
    List<LeasedRows> rows() {
        return rows;
    }

    @Override
    public void close() {
        rows.forEach(LeasedRows::close);
    }
}
