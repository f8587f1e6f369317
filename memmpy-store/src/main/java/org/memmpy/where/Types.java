// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import org.memmpy.DType;

/** NumPy 2's rules of types (NEP 50), and which array a type is calculated in. */
final class Types {
    /** The arrays that hold blocks. */
    enum Lane {
        /** {@code int[]}; truth values are 0 or 1. */
        INT,
        /** {@code long[]}. */
        LONG,
        /** {@code float[]}. */
        FLOAT,
        /** {@code double[]}. */
        DOUBLE
    }

    private Types() {}

    static Lane lane(DType type) {
        return switch (type) {
            case BOOL, INT8, INT16, INT32, UINT8, UINT16 -> Lane.INT;
            case UINT32, INT64, UINT64 -> Lane.LONG;
            case FLOAT16, BFLOAT16, FLOAT32 -> Lane.FLOAT;
            case FLOAT64 -> Lane.DOUBLE;
        };
    }

    /** {@return the type that a column is calculated as: NumPy has no bfloat16} */
    static DType calculated(DType stored) {
        return stored == DType.BFLOAT16 ? DType.FLOAT32 : stored;
    }

    /** {@return the type of what two types make} */
    static DType promoted(DType a, DType b) {
        if (a == b || b == DType.BOOL) {
            return a;
        }
        if (a == DType.BOOL) {
            return b;
        }
        if (a.isFloating() || b.isFloating()) {
            return larger(floating(a), floating(b));
        }
        if (a.isUnsigned() == b.isUnsigned()) {
            return larger(a, b);
        }
        DType signed = a.isUnsigned() ? b : a;
        DType unsigned = a.isUnsigned() ? a : b;
        if (signed.bytes() > unsigned.bytes()) {
            return signed;
        }
        return switch (unsigned) {
            case UINT8 -> DType.INT16;
            case UINT16 -> DType.INT32;
            case UINT32 -> DType.INT64;
            default -> DType.FLOAT64;
        };
    }

    private static DType larger(DType a, DType b) {
        return a.bytes() >= b.bytes() ? a : b;
    }

    /** {@return the floating type that holds what another does, and that functions compute in} */
    static DType floating(DType type) {
        return switch (type) {
            case BOOL, INT8, UINT8 -> DType.FLOAT16;
            case INT16, UINT16 -> DType.FLOAT32;
            case INT32, UINT32, INT64, UINT64 -> DType.FLOAT64;
            default -> type;
        };
    }
}
