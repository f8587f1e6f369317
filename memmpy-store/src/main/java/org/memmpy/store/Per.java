// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RowType;

/** Which elements of a column make one group in its {@link Statistics}. */
public enum Per {
    /** All elements together. */
    COLUMN,
    /** Those of one index of the rows' first axis: the channels of images (channel, y, x). */
    FIRST_AXIS,
    /** Those of one index of the rows' last axis: the channels of images (y, x, channel). */
    LAST_AXIS,
    /** Those at one place of the row. */
    ELEMENT;

    private static final int MOST = 1 << 22;

    /**
     * {@return how many groups rows have}
     *
     * @throws IllegalArgumentException if there are too many
     */
    int groups(RowType type) {
        long[] shape = type.shape();
        long groups =
                switch (this) {
                    case COLUMN -> 1;
                    case FIRST_AXIS -> shape.length == 0 ? 1 : shape[0];
                    case LAST_AXIS -> shape.length == 0 ? 1 : shape[shape.length - 1];
                    case ELEMENT -> type.elements();
                };
        if (groups > MOST) {
            throw new IllegalArgumentException(
                    "rows of %s have %,d groups per %s; at most %,d can be told apart. Choose a coarser one"
                            .formatted(type, groups, this, MOST));
        }
        return (int) groups;
    }

    /** {@return how many elements that follow one another are of one group} */
    long run(RowType type) {
        return switch (this) {
            case COLUMN -> type.elements();
            case FIRST_AXIS -> type.elements() / groups(type);
            case LAST_AXIS, ELEMENT -> 1;
        };
    }
}
