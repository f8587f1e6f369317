// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RowTypeTest {
    @Test
    void countsElementsAndBytes() {
        RowType image = RowType.of(DType.FLOAT32, 3, 28, 28);

        assertEquals(3 * 28 * 28, image.elements());
        assertEquals(4 * 3 * 28 * 28, image.bytes());
        assertArrayEquals(new long[] {7, 3, 28, 28}, image.shape(7));
        assertEquals("float32 (3, 28, 28)", image.toString());
        assertEquals("int64 ()", RowType.of(DType.INT64).toString());
        assertEquals(RowType.of(DType.FLOAT32, 3, 28, 28), image);
    }

    @Test
    void doesNotShareItsShape() {
        long[] shape = {2, 3};
        RowType type = RowType.of(DType.INT8, shape);
        shape[0] = 9;
        type.shape()[1] = 9;

        assertEquals(RowType.of(DType.INT8, 2, 3), type);
    }

    @Test
    void refusesShapesThatHoldNothing() {
        String message =
                assertThrows(IllegalArgumentException.class, () -> RowType.of(DType.UINT8, 28, 0))
                        .getMessage();

        assertTrue(message.contains("(28, 0)") && message.contains("at least 1"), message);
    }

    @Test
    void refusesRowsBeyond64Bits() {
        assertThrows(
                IllegalArgumentException.class,
                () -> RowType.of(DType.FLOAT64, 1L << 40, 1L << 40));
        assertThrows(IllegalArgumentException.class, () -> RowType.of(DType.FLOAT64, 1L << 61));
        assertThrows(IllegalArgumentException.class, () -> RowType.of(DType.INT8, new long[32]));
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeIsFoundByItsNames(DType type) {
        assertEquals(type, DType.ofName(type.toString()).orElseThrow());
        DType byDescr = DType.ofDescr(type.descr()).orElseThrow();
        assertEquals(type == DType.BFLOAT16 ? DType.UINT16 : type, byDescr);
    }
}
