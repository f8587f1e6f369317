// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.memmpy.DType;

class ElementTest {
    @Test
    void floatsHaveTheDigitsThatTellThemFromTheirNeighbours() {
        assertEquals("0.1", Element.floating(DType.FLOAT32, 0.1f));
        assertEquals("0.10000000149011612", Element.floating(DType.FLOAT64, 0.1f));
        assertEquals("1e-5", Element.floating(DType.FLOAT64, 1e-5));
        assertEquals("-1.25e300", Element.floating(DType.FLOAT64, -1.25e300));
        assertEquals("-0.0", Element.floating(DType.FLOAT16, -0.0));
        assertEquals("nan", Element.floating(DType.FLOAT16, Double.NaN));
        assertEquals("-inf", Element.floating(DType.FLOAT32, Double.NEGATIVE_INFINITY));
    }

    @Test
    void everyHalfReadsBack() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = Float.float16ToFloat((short) bits);
            String text = Element.floating(DType.FLOAT16, value);
            if (Float.isFinite(value)) {
                float parsed = Float.float16ToFloat(Float.floatToFloat16(Float.parseFloat(text)));
                assertEquals(value, parsed, text);
            }
        }
        assertEquals("0.1", Element.floating(DType.FLOAT16, Float.float16ToFloat((short) 0x2e66)));
    }

    @Test
    void bfloat16IsShortToo() {
        assertEquals("0.1", Element.floating(DType.BFLOAT16, Float.intBitsToFloat(0x3dcd0000)));
        assertEquals("3.39e38", Element.floating(DType.BFLOAT16, Float.intBitsToFloat(0x7f7f0000)));
    }
}
