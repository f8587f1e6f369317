// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.kernel.Affine;
import org.memmpy.kernel.FillMasked;

import java.util.Objects;

/**
 * How elements are delivered, of arrays of any kind.
 *
 * @param dtype to cast to; null for what is usual of what is delivered
 * @param affine what follows the cast
 * @param flat whether rows have one dimension
 */
public record ElementDelivery(DType dtype, Affine affine, boolean flat) {
    /** {@return the dtype delivered} */
    DType dtypeOr(DType usual) {
        return Objects.requireNonNullElse(dtype, usual);
    }

    /** {@return whether elements are neither scaled nor shifted} */
    boolean isUnscaled() {
        return affine.isNone();
    }

    /** Refuses to scale what is delivered as integers, and by factors for an axis of others. */
    void requireScalable(String name, DType to, RowType stored) {
        if (!affine.isNone() && !to.isFloating()) {
            throw new IllegalArgumentException(
                    "column '%s' delivers %s, which cannot be scaled or shifted; cast it to a floating type, such as .as(FLOAT32)"
                            .formatted(name, to));
        }
        try {
            affine.requireFits(stored);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("column '" + name + "' " + e.getMessage(), e);
        }
    }

    /** {@return a value as an element} */
    static long bits(DType to, Number value) {
        return value instanceof Long integer
                ? FillMasked.bits(to, integer.longValue())
                : FillMasked.bits(to, value.doubleValue());
    }
}
