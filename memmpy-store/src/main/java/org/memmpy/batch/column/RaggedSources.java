// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.RaggedType;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.RaggedLease;
import org.memmpy.store.Table;

import java.util.List;
import java.util.Map;

/**
 * A jagged array, or one of each source. Immutable, safe from any thread.
 *
 * @param arrays of one type
 * @param values their items, one behind the other
 * @param offsets where rows begin among them
 */
record RaggedSources(
        List<RaggedArray> arrays, List<MappedArray> values, List<MappedArray> offsets) {

    /**
     * Finds an array in tables, in which it must be the same.
     *
     * @throws IllegalArgumentException if it is not there, or its rows have shapes of their own
     */
    static RaggedSources find(String name, List<Table> tables) {
        List<RaggedArray> arrays = tables.stream().map(table -> table.ragged(name)).toList();
        RaggedType type = arrays.getFirst().type();
        for (RaggedArray array : arrays) {
            if (!array.type().equals(type)) {
                throw new IllegalArgumentException(
                        "column '%s' holds %s in the first source, and another has %s. Make them equal, with Store.derive for example"
                                .formatted(name, type, array));
            }
        }
        if (type.isShaped()) {
            throw new IllegalArgumentException(
                    "column '%s' holds %s: each row has a shape of its own, and batches are made of jagged rows only. Derive an array whose rows have one shape, or a jagged one"
                            .formatted(name, type));
        }
        RaggedSources found =
                new RaggedSources(
                        arrays,
                        arrays.stream().map(RaggedArray::values).toList(),
                        arrays.stream().map(RaggedArray::offsets).toList());
        found.requireNumbers(name);
        return found;
    }

    /** Items of several sources are numbered through as rows are. */
    private void requireNumbers(String name) {
        for (MappedArray items : values) {
            if (values.size() > 1 && !RowNumber.fits(items.rows())) {
                throw new IllegalArgumentException(
                        "column '%s': %s; to be mixed, an array may have less than 2^%d items"
                                .formatted(name, items, RowNumber.BITS));
            }
        }
    }

    /** {@return what the rows are} */
    RaggedType type() {
        return arrays.getFirst().type();
    }

    /**
     * Finds the items of rows.
     *
     * @param leases one of each source
     * @throws org.memmpy.CorruptStoreException if the offsets make no sense
     */
    Extents locate(long[] rows, List<RaggedLease> leases) {
        long[] starts = new long[rows.length];
        long[] lengths = new long[rows.length];
        if (arrays.size() == 1) {
            leases.getFirst().locate(rows, rows.length, starts, lengths);
            return new Extents(starts, lengths);
        }
        long[] own = new long[rows.length];
        int[] places = new int[rows.length];
        long[] ownStarts = new long[rows.length];
        long[] ownLengths = new long[rows.length];
        for (int source = 0; source < arrays.size(); source++) {
            int count = 0;
            for (int i = 0; i < rows.length; i++) {
                if (RowNumber.source(rows[i]) == source) {
                    own[count] = RowNumber.row(rows[i]);
                    places[count++] = i;
                }
            }
            leases.get(source).locate(own, count, ownStarts, ownLengths);
            for (int i = 0; i < count; i++) {
                starts[places[i]] = RowNumber.of(source, ownStarts[i]);
                lengths[places[i]] = ownLengths[i];
            }
        }
        return new Extents(starts, lengths);
    }

    /** Adds what the first rows of a source hold, by the paths of the arrays. */
    void fingerprint(int source, long rows, Map<String, String> into) {
        String prefix = arrays.size() == 1 ? "" : source + ":";
        long items = 0;
        if (rows > 0) {
            long last = rows - 1;
            RaggedArray array = arrays.get(source);
            items = array.offset(last) + array.length(last);
        }
        put(prefix, values.get(source), items, into);
        put(prefix, offsets.get(source), rows + 1, into);
    }

    private static void put(String prefix, MappedArray array, long rows, Map<String, String> into) {
        into.put(prefix + array.path(), array.fingerprint(rows));
    }
}
