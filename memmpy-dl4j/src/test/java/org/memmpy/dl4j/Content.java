// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.store.Table;
import org.memmpy.testing.LoaderModel;
import org.memmpy.testing.LoaderModel.Delivered;
import org.memmpy.testing.LoaderModel.Row;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What an iterator is over, and what its batches must be: columns of {@link LoaderModel}.
 *
 * @param table of the model, with seed 0
 * @param features the columns of feature arrays
 * @param labels the columns of label arrays
 * @param rows the table's rows, by their numbers
 */
record Content(Table table, List<Delivered> features, List<Delivered> labels, List<Long> rows) {
    /** {@return every column of the model whose rows are the same in all batches} */
    static List<Delivered> every(Table table) {
        return LoaderModel.all().stream()
                .filter(each -> each.column().hasFixedRows())
                .filter(each -> each.column().rowType(table).shape().length < 4)
                .toList();
    }

    Content of(List<Long> others) {
        return new Content(table, features, labels, others);
    }

    /** {@return the same with the column of whole pages as first feature} */
    Content withWide() {
        List<Delivered> more = new ArrayList<>(features);
        more.add(0, LoaderModel.wide());
        return new Content(table, more, labels, rows);
    }

    // ---- in memory

    /** {@return the rows from one on in arrays as ND4J makes them itself} */
    INDArray[] arrays(List<Delivered> columns, int from, int to) {
        return columns.stream()
                .map(column -> array(column, rows.subList(from, to)))
                .toArray(INDArray[]::new);
    }

    private INDArray array(Delivered column, List<Long> numbers) {
        RowType type = column.column().rowType(table);
        INDArray array = Nd4j.create(type(type.dtype()), atLeastTwo(type.shape(numbers.size())));
        ByteBuffer memory = array.data().asNio();
        memory.put(column.expected().of(model(numbers)));
        return array;
    }

    static List<Row> model(List<Long> numbers) {
        return LoaderModel.rows(numbers.stream().mapToLong(Long::longValue).toArray());
    }

    private static long[] atLeastTwo(long[] shape) {
        return shape.length == 1 ? new long[] {shape[0], 1} : shape;
    }

    private static DataType type(DType dtype) {
        return switch (dtype) {
            case BOOL -> DataType.BOOL;
            case INT8 -> DataType.INT8;
            case UINT8 -> DataType.UINT8;
            case INT16 -> DataType.INT16;
            case UINT16 -> DataType.UINT16;
            case INT32 -> DataType.INT32;
            case UINT32 -> DataType.UINT32;
            case INT64 -> DataType.INT64;
            case UINT64 -> DataType.UINT64;
            case FLOAT16 -> DataType.FLOAT16;
            case BFLOAT16 -> DataType.BFLOAT16;
            case FLOAT32 -> DataType.FLOAT;
            case FLOAT64 -> DataType.DOUBLE;
        };
    }

    // ---- what is delivered

    /** Checks arrays of some rows. */
    void check(INDArray[] features, INDArray[] labels, List<Long> numbers) {
        check(this.features, features, numbers);
        check(this.labels, labels, numbers);
    }

    private void check(List<Delivered> columns, INDArray[] arrays, List<Long> numbers) {
        assertEquals(columns.size(), arrays.length);
        for (int c = 0; c < arrays.length; c++) {
            Delivered column = columns.get(c);
            RowType type = column.column().rowType(table);
            String what = column.column() + " of " + numbers;
            assertEquals(type(type.dtype()), arrays[c].dataType(), what);
            assertArrayEquals(atLeastTwo(type.shape(numbers.size())), arrays[c].shape(), what);
            assertArrayEquals(column.expected().of(model(numbers)), bytes(arrays[c]), what);
        }
    }

    /** {@return the elements in C order} */
    static byte[] bytes(INDArray array) {
        INDArray copy = array.dup('c');
        try {
            ByteBuffer memory = copy.data().asNio();
            byte[] bytes = new byte[memory.remaining()];
            memory.get(bytes);
            return bytes;
        } finally {
            Reference.reachabilityFence(copy); // the buffer does not keep it
        }
    }

    /** {@return the numbers of rows, counted from one on} */
    List<Long> cut(int from, int count) {
        return rows.subList(from, Math.min(rows.size(), from + count));
    }

    /** {@return where batches begin} */
    int[] starts(int size) {
        return IntStream.iterate(0, from -> from < rows.size(), from -> from + size).toArray();
    }
}
