// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.DType;
import org.memmpy.store.MappedArray;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.function.DoublePredicate;

/** One element as text, in NumPy's words and with all its digits. */
final class Element {
    private Element() {}

    /** {@return the shortest text that reads back as exactly this element} */
    static String text(MappedArray array, long row, long element) {
        DType dtype = array.dtype();
        return switch (dtype) {
            case BOOL -> array.getLong(row, element) != 0 ? "True" : "False";
            case UINT64 -> Long.toUnsignedString(array.getLong(row, element));
            case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32 ->
                    Long.toString(array.getLong(row, element));
            case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 ->
                    floating(dtype, array.getDouble(row, element));
        };
    }

    static String floating(DType dtype, double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        String text =
                switch (dtype) {
                    case FLOAT32 -> Float.toString((float) value);
                    case FLOAT16 -> shortest(value, 5, v -> half((float) v) == value);
                    case BFLOAT16 -> shortest(value, 4, v -> brain((float) v) == value);
                    default -> Double.toString(value);
                };
        return text.replace(".0E", "e").replace('E', 'e');
    }

    /** Java knows the shortest digits of float and double only. */
    private static String shortest(double value, int most, DoublePredicate same) {
        for (int digits = 1; digits < most && value != 0; digits++) {
            double rounded = new BigDecimal(value).round(new MathContext(digits)).doubleValue();
            if (same.test(rounded)) {
                return Float.toString((float) rounded);
            }
        }
        return Float.toString((float) value);
    }

    private static float half(float value) {
        return Float.float16ToFloat(Float.floatToFloat16(value));
    }

    /** The nearest bfloat16, ties to even. */
    private static float brain(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.intBitsToFloat((bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000);
    }
}
