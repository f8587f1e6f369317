// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A store whose columns are made up as tests need them. */
final class Columns implements AutoCloseable {
    private final Store store;
    private int names;

    Columns(Path directory) throws IOException {
        store = Store.create(directory.resolve("columns.memmpy"));
        store.createGroup("c");
    }

    private MappedArray array(DType dtype, long... shape) throws IOException {
        return store.array("c/" + names++, dtype, shape);
    }

    MappedArray longs(long... values) throws IOException {
        return longs(DType.INT64, values);
    }

    /** A column of 8 bytes a row. */
    MappedArray longs(DType dtype, long... values) throws IOException {
        MappedArray array = array(dtype);
        return committed(array, values.length == 0 ? null : () -> array.append(values));
    }

    MappedArray ints(int... values) throws IOException {
        MappedArray array = array(DType.INT32);
        return committed(array, () -> array.append(values));
    }

    MappedArray bytes(byte[] values, long... shape) throws IOException {
        MappedArray array = array(DType.UINT8, shape);
        return committed(array, () -> array.append(values));
    }

    MappedArray doubles(double... values) throws IOException {
        MappedArray array = array(DType.FLOAT64);
        return committed(array, () -> array.append(values));
    }

    RaggedArray texts(String... values) throws IOException {
        RaggedArray array = store.ragged("c/" + names++, RaggedType.of(DType.UINT8));
        for (String value : values) {
            array.append(value.getBytes(StandardCharsets.UTF_8));
        }
        store.commit();
        return array;
    }

    void append(MappedArray array, long... values) throws IOException {
        committed(array, () -> array.append(values));
    }

    private interface Appending {
        void append() throws IOException;
    }

    private MappedArray committed(MappedArray array, Appending appending) throws IOException {
        if (appending != null) {
            appending.append();
        }
        store.commit();
        return array;
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
