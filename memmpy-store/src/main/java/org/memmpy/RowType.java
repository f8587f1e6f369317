// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy;

import java.util.Arrays;
import java.util.Objects;

/**
 * What one row of an array is: an element type and a shape, in C order. Immutable.
 *
 * <p>A row of shape {@code ()} is one element; an image of 28 by 28 bytes is {@code uint8 (28,
 * 28)}.
 */
public final class RowType {
    /** NumPy's own limit is 64 dimensions; one is the row axis. */
    static final int MAX_RANK = 31;

    private final DType dtype;
    private final long[] shape;
    private final long elements;
    private final long bytes;

    private RowType(DType dtype, long[] shape) {
        this.dtype = dtype;
        this.shape = shape;
        long product = 1;
        for (long dimension : shape) {
            product = Math.multiplyExact(product, dimension);
        }
        this.elements = product;
        this.bytes = Math.multiplyExact(product, (long) dtype.bytes());
    }

    /**
     * Makes a row type.
     *
     * @param dtype the element type
     * @param shape the shape of one row; none for one element a row
     * @return the row type
     * @throws IllegalArgumentException if a dimension is not positive, there are more than 31, or a
     *     row would exceed 2^63 - 1 bytes
     */
    public static RowType of(DType dtype, long... shape) {
        Objects.requireNonNull(dtype, "dtype");
        if (shape.length > MAX_RANK) {
            throw new IllegalArgumentException(
                    "row shape has " + shape.length + " dimensions; at most " + MAX_RANK);
        }
        for (long dimension : shape) {
            if (dimension <= 0) {
                throw new IllegalArgumentException(
                        "row shape "
                                + format(shape)
                                + " has the dimension "
                                + dimension
                                + ": a row would hold nothing. Every dimension must be at least 1");
            }
        }
        try {
            return new RowType(dtype, shape.clone());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "a row of " + dtype + " " + format(shape) + " exceeds 2^63 - 1 bytes", e);
        }
    }

    /** {@return the element type} */
    public DType dtype() {
        return dtype;
    }

    /** {@return the shape of one row, a copy} */
    public long[] shape() {
        return shape.clone();
    }

    /**
     * {@return the shape of an array of such rows}
     *
     * @param rows the length of axis 0
     */
    public long[] shape(long rows) {
        long[] full = new long[shape.length + 1];
        full[0] = rows;
        System.arraycopy(shape, 0, full, 1, shape.length);
        return full;
    }

    /** {@return the elements of one row} */
    public long elements() {
        return elements;
    }

    /** {@return the bytes of one row} */
    public long bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RowType that
                && dtype == that.dtype
                && Arrays.equals(shape, that.shape);
    }

    @Override
    public int hashCode() {
        return 31 * dtype.hashCode() + Arrays.hashCode(shape);
    }

    /** {@return for example {@code uint8 (28, 28)}} */
    @Override
    public String toString() {
        return dtype + " " + format(shape);
    }

    /**
     * {@return a shape as Python writes a tuple, for example {@code (28, 28)}, {@code (3,)}}
     *
     * @param shape the dimensions
     */
    public static String format(long... shape) {
        if (shape.length == 1) {
            return "(" + shape[0] + ",)";
        }
        StringBuilder text = new StringBuilder("(");
        for (int i = 0; i < shape.length; i++) {
            text.append(i == 0 ? "" : ", ").append(shape[i]);
        }
        return text.append(')').toString();
    }
}
