// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Record;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.store.Table;
import org.memmpy.testing.LoaderModel;
import org.memmpy.testing.LoaderModel.Delivered;
import org.memmpy.testing.LoaderModel.Row;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * What a dataset consists of, and what its batches must be: columns of {@link LoaderModel}, of
 * which the last label is each row's number.
 *
 * @param table of the model, with seed 0
 * @param data the features
 * @param labels the labels; the last is {@link LoaderModel#id}
 * @param rows the table's row at each position
 */
record Content(Table table, List<Delivered> data, List<Delivered> labels, List<Long> rows) {
    /** What DJL's engines have. */
    private static final Set<DType> HELD =
            EnumSet.of(
                    DType.BOOL,
                    DType.INT8,
                    DType.UINT8,
                    DType.INT32,
                    DType.INT64,
                    DType.FLOAT16,
                    DType.FLOAT32,
                    DType.FLOAT64);

    /** {@return every column of the model that DJL can hold} */
    static List<Delivered> every(Table table) {
        return LoaderModel.all().stream()
                .filter(each -> HELD.contains(each.column().rowType(table).dtype()))
                .toList();
    }

    /** {@return columns of fixed rows: numbers as stored and scaled, and one-hot classes} */
    static List<Delivered> few(Table table) {
        List<String> names = List.of("d_uint8", "d_float32", "c_int16");
        return every(table).stream()
                .filter(each -> each.column().hasFixedRows())
                .filter(each -> names.contains(each.column().name()))
                .filter(each -> each.column().rowType(table).dtype() != DType.FLOAT16)
                .toList();
    }

    Content with(List<Delivered> more) {
        List<Delivered> all = new ArrayList<>(data);
        all.addAll(more);
        return new Content(table, all, labels, rows);
    }

    Content of(List<Long> others) {
        return new Content(table, data, labels, others);
    }

    /** {@return the same without ragged columns that differ from batch to batch} */
    Content fixed() {
        return new Content(table, fixed(data), fixed(labels), rows);
    }

    private static List<Delivered> fixed(List<Delivered> columns) {
        return columns.stream().filter(each -> each.column().hasFixedRows()).toList();
    }

    /** {@return the rows at positions, by their numbers} */
    List<Long> at(List<Long> positions) {
        return positions.stream().map(position -> rows.get(Math.toIntExact(position))).toList();
    }

    // ---- in memory

    /** {@return all rows of each column, as DJL's own dataset has them} */
    NDArray[] arrays(NDManager manager, List<Delivered> columns) {
        return columns.stream()
                .map(
                        each -> {
                            RowType type = each.column().rowType(table);
                            return manager.create(
                                    ByteBuffer.wrap(each.expected().of(model(rows)))
                                            .order(ByteOrder.LITTLE_ENDIAN),
                                    new Shape(type.shape(rows.size())),
                                    type(type.dtype()));
                        })
                .toArray(NDArray[]::new);
    }

    private static DataType type(DType dtype) {
        return dtype == DType.BOOL ? DataType.BOOLEAN : DataType.valueOf(dtype.name());
    }

    private static List<Row> model(List<Long> numbers) {
        return LoaderModel.rows(numbers.stream().mapToLong(Long::longValue).toArray());
    }

    // ---- what is delivered

    /** {@return the numbers of a batch's rows, as its last label says} */
    static List<Long> ids(Batch batch) {
        NDList labels = batch.getLabels();
        return LongStream.of(labels.get(labels.size() - 1).toLongArray()).boxed().toList();
    }

    /** Takes and closes all batches, whose arrays must belong together. {@return their rows} */
    List<List<Long>> drain(Iterable<Batch> batches) {
        List<List<Long>> ids = new ArrayList<>();
        for (Batch batch : batches) {
            try (batch) {
                ids.add(ids(batch));
                check(batch);
            }
        }
        return ids;
    }

    /** Checks a batch against the rows that its last label names. */
    void check(Batch batch) {
        assertEquals(ids(batch).size(), batch.getSize());
        checkArrays(batch);
    }

    void checkArrays(Batch batch) {
        List<Long> ids = ids(batch);
        check(batch.getData(), data, ids);
        check(batch.getLabels(), labels, ids);
    }

    void check(NDList arrays, List<Delivered> columns, List<Long> ids) {
        assertEquals(columns.size(), arrays.size());
        for (int c = 0; c < columns.size(); c++) {
            Delivered column = columns.get(c);
            RowType type = column.column().rowType(table);
            String what = column.column() + " of " + ids;
            NDArray array = arrays.get(c);
            assertEquals(type(type.dtype()), array.getDataType(), what);
            assertArrayEquals(column.expected().of(model(ids)), array.toByteArray(), what);
            long[] shape = array.getShape().getShape();
            if (column.column().hasFixedRows()) {
                assertArrayEquals(type.shape(ids.size()), shape, what);
            } else {
                long[] item = type.shape();
                assertArrayEquals(
                        item,
                        Arrays.copyOfRange(shape, shape.length - item.length, shape.length),
                        what);
            }
        }
    }

    /** Checks a record, whose arrays have no batch axis. */
    void check(Record record, long position) {
        check(record.getData(), data, position);
        check(record.getLabels(), labels, position);
    }

    private void check(NDList arrays, List<Delivered> columns, long position) {
        assertEquals(columns.size(), arrays.size());
        List<Row> row = model(at(List.of(position)));
        for (int c = 0; c < columns.size(); c++) {
            Delivered column = columns.get(c);
            String what = column.column() + " at " + position;
            RowType type = column.column().rowType(table);
            assertArrayEquals(column.expected().of(row), arrays.get(c).toByteArray(), what);
            assertEquals(new Shape(type.shape()), arrays.get(c).getShape(), what);
        }
    }
}
