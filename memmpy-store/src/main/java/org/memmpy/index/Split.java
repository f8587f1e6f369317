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
}
