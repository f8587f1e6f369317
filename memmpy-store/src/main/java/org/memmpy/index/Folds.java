// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.util.ArrayList;
import java.util.List;

/**
 * Folds of an index, for cross-validation: each in turn is the validation rows, the others are for
 * training. Immutable, safe from any thread.
 */
public final class Folds {
    private final RowIndex rows;
    private final List<RowIndex> positions;

    /**
     * Folds.
     *
     * @param positions of each fold, in the index; together all
     */
    Folds(RowIndex rows, List<RowIndex> positions) {
        this.rows = rows;
        this.positions = positions;
        for (int fold = 0; fold < positions.size(); fold++) {
            if (positions.get(fold).size() == 0) {
                throw new IllegalArgumentException(
                        "fold %d of %d would have no row of the %,d: there are too few, or too few groups. Use fewer folds"
                                .formatted(fold, positions.size(), rows.size()));
            }
        }
    }

    /** {@return how many folds there are} */
    public int size() {
        return positions.size();
    }

    /**
     * {@return the rows of a fold}
     *
     * @param fold its number, from 0
     */
    public RowIndex valid(int fold) {
        return rows.through(part(fold));
    }

    /**
     * The rows of all other folds. Lazy if the folds are random or contiguous; otherwise a list is
     * made by each call, of 4 bytes a row (8 from 2^32 rows on), in the order of the index.
     *
     * @param fold the one to leave out, from 0
     * @return the rows
     */
    public RowIndex train(int fold) {
        RowIndex left = part(fold);
        RowIndex all = RowIndex.all(rows.size());
        if (left.isRange()) {
            long from = left.get(0);
            return rows.through(
                    RowIndex.concat(
                            all.slice(0, from), all.slice(from + left.size(), rows.size())));
        }
        if (left.isSorted()) {
            return rows.through(all.minus(left));
        }
        List<RowIndex> others = new ArrayList<>(positions);
        others.remove(fold);
        return rows.through(RowIndex.concat(others.toArray(RowIndex[]::new)));
    }

    private RowIndex part(int fold) {
        if (fold < 0 || fold >= positions.size()) {
            throw new IndexOutOfBoundsException(
                    "fold " + fold + " of " + positions.size() + "; the first is 0");
        }
        return positions.get(fold);
    }

    /** {@return for example {@code 5 folds of 1,000 rows}} */
    @Override
    public String toString() {
        return "%d folds of %,d rows".formatted(positions.size(), rows.size());
    }
}
