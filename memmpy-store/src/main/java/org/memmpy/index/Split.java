// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.util.List;

/**
 * Disjoint parts of a {@link RowIndex}.
 *
 * @param parts the parts, in the order of their fractions
 */
public record Split(List<RowIndex> parts) {
    /** Copies the list. */
    public Split {
        parts = List.copyOf(parts);
    }

    /**
     * {@return a part}
     *
     * @param part its number, from 0
     */
    public RowIndex get(int part) {
        if (part < 0 || part >= parts.size()) {
            throw new IndexOutOfBoundsException(
                    "part " + part + " of a split into " + parts.size() + "; the first is 0");
        }
        return parts.get(part);
    }

    /** {@return the first part} */
    public RowIndex train() {
        return get(0);
    }

    /** {@return the second part} */
    public RowIndex valid() {
        return get(1);
    }

    /** {@return the third part} */
    public RowIndex test() {
        return get(2);
    }

    /**
     * The contiguous train, validation and test rows of memmpy for Python, index for index: what
     * {@code batch_indicies_split} of memmpy 0.1.11 puts into its batches. Of {@code validPart}
     * equal parts the last is the test rows, the one before it the validation rows; a fold begins
     * that many parts further on, and goes on with the first row behind the last. Lazy.
     *
     * <p>Batches of the same rows are those of 0.1.11, too, unless {@code drop_remainder} is set:
     * then it drops the last batch even if that is full.
     *
     * @param rows the index
     * @param validPart how many parts, at least 2
     * @param kfoldIndex how many parts further on it begins, 0 or more
     * @return train, validation and test rows
     * @throws IllegalArgumentException if a number is too small
     */
    public static Split asMemmpy(RowIndex rows, int validPart, int kfoldIndex) {
        if (validPart < 2 || kfoldIndex < 0) {
            throw new IllegalArgumentException(
                    "valid_part %d, kfold_index %d: at least 2 and 0"
                            .formatted(validPart, kfoldIndex));
        }
        long size = rows.size();
        long start = size == 0 ? 0 : Math.multiplyExact(size / validPart, kfoldIndex) % size;
        RowIndex all = RowIndex.all(size);
        RowIndex turned = rows.through(RowIndex.concat(all.skip(start), all.take(start)));
        long valid = (long) Math.ceil(size * (1 - 2.0 / validPart));
        long test = (long) Math.ceil(size * (1 - 1.0 / validPart));
        return new Split(
                List.of(
                        turned.slice(0, valid),
                        turned.slice(valid, test),
                        turned.slice(test, size)));
    }
}
