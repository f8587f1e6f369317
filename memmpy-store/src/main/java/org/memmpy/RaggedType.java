// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy;

import java.util.Objects;

/**
 * What the rows of a ragged array are. Immutable.
 *
 * <p>A row of a <em>jagged</em> array is any number of items, all of one type: the energies of an
 * event's jets, a text's bytes. A row of a <em>shaped</em> array is an n-dimensional array with a
 * shape of its own: an image. {@linkplain #keyed() Keyed} rows have a name by which they are found.
 */
public final class RaggedType {
    private final RowType item;
    private final int rank; // of shaped rows; 0 for jagged ones
    private final boolean keyed;

    private RaggedType(RowType item, int rank, boolean keyed) {
        this.item = item;
        this.rank = rank;
        this.keyed = keyed;
    }

    /**
     * Makes the type of jagged rows.
     *
     * @param dtype the element type
     * @param itemShape the shape of one item; none for one element an item
     * @return the type
     * @throws IllegalArgumentException as {@link RowType#of}
     */
    public static RaggedType of(DType dtype, long... itemShape) {
        return new RaggedType(RowType.of(dtype, itemShape), 0, false);
    }

    /**
     * Makes the type of rows that each have a shape.
     *
     * @param dtype the element type
     * @param rank how many dimensions every row has, 1 to 31
     * @return the type
     */
    public static RaggedType shaped(DType dtype, int rank) {
        if (rank < 1 || rank > RowType.MAX_RANK) {
            throw new IllegalArgumentException(
                    "rows of %d dimensions: there can be 1 to %d"
                            .formatted(rank, RowType.MAX_RANK));
        }
        return new RaggedType(RowType.of(dtype), rank, false);
    }

    /** {@return the same, with a key for every row} */
    public RaggedType keyed() {
        return new RaggedType(item, rank, true);
    }

    /** {@return the element type} */
    public DType dtype() {
        return item.dtype();
    }

    /** {@return what rows consist of: an item of a jagged row, an element of a shaped one} */
    public RowType item() {
        return item;
    }

    /** {@return the dimensions of a row; of a jagged one those of its items, and one} */
    public int rank() {
        return isShaped() ? rank : 1 + item.shape().length;
    }

    /** {@return whether every row has a shape of its own} */
    public boolean isShaped() {
        return rank > 0;
    }

    /** {@return whether rows have keys} */
    public boolean isKeyed() {
        return keyed;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RaggedType that
                && item.equals(that.item)
                && rank == that.rank
                && keyed == that.keyed;
    }

    @Override
    public int hashCode() {
        return Objects.hash(item, rank, keyed);
    }

    /**
     * {@return for example {@code jagged float32 (*, 4)} or {@code shaped uint8 (*, *, *), keyed}}
     */
    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder(isShaped() ? "shaped " : "jagged ").append(dtype()).append(" (*");
        if (isShaped()) {
            text.append(", *".repeat(rank - 1));
        }
        for (long dimension : item.shape()) {
            text.append(", ").append(dimension);
        }
        return text.append(rank() == 1 ? ",)" : ")").append(keyed ? ", keyed" : "").toString();
    }
}
