// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** An array over memory is what ND4J makes itself of the same numbers, for every dtype. */
class Nd4jArraysTest {
    private static final long[] SHAPE = {2, 3};

    /** 0 1 2 3 4 5, or 0 1 0 1 0 1. */
    private static MemorySegment count(DType dtype) {
        MemorySegment memory = Arena.ofAuto().allocate(6L * dtype.bytes(), 64);
        for (int i = 0; i < 6; i++) {
            switch (dtype) {
                case FLOAT32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
                case FLOAT64 -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i, i);
                case FLOAT16 ->
                        memory.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(i));
                case BFLOAT16 ->
                        memory.setAtIndex(
                                ValueLayout.JAVA_SHORT,
                                i,
                                (short) (Float.floatToRawIntBits(i) >>> 16));
                case BOOL -> memory.set(ValueLayout.JAVA_BYTE, i, (byte) (i % 2));
                case INT8, UINT8 -> memory.set(ValueLayout.JAVA_BYTE, i, (byte) i);
                case INT16, UINT16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
                case INT32, UINT32 -> memory.setAtIndex(ValueLayout.JAVA_INT, i, i);
                case INT64, UINT64 -> memory.setAtIndex(ValueLayout.JAVA_LONG, i, i);
            }
        }
        return memory;
    }

    private static double[] expected(DType dtype) {
        return dtype == DType.BOOL
                ? new double[] {0, 1, 0, 1, 0, 1}
                : new double[] {0, 1, 2, 3, 4, 5};
    }

    private static INDArray array(DType dtype) {
        return array(dtype, false);
    }

    /** Such an array, the first of a column or one that shares its shape with the first. */
    private static INDArray array(DType dtype, boolean sharing) {
        Nd4jArrays.OfColumn column = new Nd4jArrays.OfColumn(0);
        if (sharing) {
            column.over(count(dtype), RowType.of(dtype, 3), 2, "nobody").assign(0);
        }
        MemorySegment memory = count(dtype);
        return column.over(memory, RowType.of(dtype, 3), 2, memory);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void readsElements(DType dtype) {
        INDArray array = array(dtype);
        assertArrayEquals(SHAPE, array.shape());
        double[] read = new double[6];
        for (int i = 0; i < 6; i++) {
            read[i] = array.getDouble(i / 3, i % 3);
        }
        assertArrayEquals(expected(dtype), read);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void theEngineReadsIt(DType dtype) {
        assertArrayEquals(
                expected(dtype), array(dtype).castTo(DataType.DOUBLE).reshape(6).toDoubleVector());
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void copiesAndCutsAreRight(DType dtype) {
        INDArray array = array(dtype);
        assertEquals(array, array.dup());
        assertEquals(array.getDouble(1, 2), array.getRow(1).dup().getDouble(2));
        INDArray both = Nd4j.concat(0, array, array);
        assertEquals(array.getDouble(1, 1), both.getDouble(3, 1));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void theBufferSaysItsBytes(DType dtype) {
        INDArray array = array(dtype);
        assertEquals(6L * dtype.bytes(), array.data().asNio().capacity());
        assertEquals(dtype.bytes(), array.data().getElementSize());
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void oneThatSharesItsShapeIsLikeAnyOther(DType dtype) {
        INDArray first = array(dtype, false);
        INDArray shared = array(dtype, true);
        assertEquals(first, shared);
        assertEquals(first.dataType(), shared.dataType());
        assertEquals(first.shapeInfoToString(), shared.shapeInfoToString());
        assertEquals(first.ordering(), shared.ordering());
        assertEquals(first.isView(), shared.isView());
        assertEquals(first.dup(), shared.dup());
        assertEquals(first.transpose(), shared.transpose());
        assertEquals(first.getColumn(1), shared.getColumn(1));
        assertEquals(Nd4j.concat(0, first, shared), Nd4j.concat(0, shared, first));
    }

    @Test
    void changingTheFormOfOneLeavesThoseThatShareIt() {
        Nd4jArrays.OfColumn column = new Nd4jArrays.OfColumn(0);
        RowType row = RowType.of(DType.FLOAT32, 3);
        MemorySegment memory = count(DType.FLOAT32);
        INDArray first = column.over(memory, row, 2, memory);
        INDArray second = column.over(memory, row, 2, memory);
        INDArray third = column.over(memory, row, 2, memory);
        second.permutei(1, 0);
        third.setShapeAndStride(new int[] {3, 2}, new int[] {2, 1});
        third.setOrder('f');
        assertArrayEquals(SHAPE, first.shape());
        assertArrayEquals(new long[] {3, 2}, second.shape());
        assertEquals(4, second.getFloat(1, 1));
        INDArray fourth = column.over(memory, row, 2, memory);
        assertArrayEquals(SHAPE, fourth.shape());
        assertEquals('c', fourth.ordering());
        assertEquals(first, fourth);
        second.close();
        assertEquals(first, column.over(memory, row, 2, memory));
    }

    @Test
    void aColumnHasArraysOfAnyShape() {
        Nd4jArrays.OfColumn column = new Nd4jArrays.OfColumn(0);
        MemorySegment memory = count(DType.FLOAT32);
        for (int round = 0; round < 2; round++) {
            for (long[] row : new long[][] {{3}, {3}, {1, 3}, {}, {}, {2}}) {
                RowType type = RowType.of(DType.FLOAT32, row);
                long rows = 6 / type.elements();
                INDArray array = column.over(memory, type, rows, memory);
                assertArrayEquals(
                        row.length == 0 ? new long[] {6, 1} : type.shape(rows), array.shape());
                assertEquals(15, array.sumNumber().intValue());
            }
        }
    }
}
