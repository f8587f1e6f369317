// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.store.MappedArray;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The distinct labels of an index's rows, numbered in ascending order, and how often each is. */
final class ClassTable {
    /** So many classes at most. */
    static final int LIMIT = 65_536;

    private long[] values = new long[64]; // open-addressed; free where numbers has none
    private int[] numbers = new int[64]; // of classes, from 1 on
    private long[] counts = new long[32];
    private int size;

    private ClassTable() {}

    /** Reads all labels. */
    static ClassTable of(MappedArray labels, ColumnLookup column, RowIndex rows) {
        ClassTable table = new ClassTable();
        column.longs(
                rows,
                (position, values, length) -> {
                    for (int i = 0; i < length; i++) {
                        int number = table.add(values[i], labels); // which may grow counts
                        table.counts[number]++;
                    }
                });
        table.sort(labels.dtype().isUnsigned());
        return table;
    }

    static void requireLabels(MappedArray labels) {
        ColumnLookup.requireScalars(labels, "labels");
        if (labels.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    labels
                            + " cannot be labels: floating-point numbers are no classes. Use an"
                            + " integer type or bool");
        }
    }

    /** {@return how many classes there are} */
    int size() {
        return size;
    }

    /** {@return how many rows a class has} */
    long count(int number) {
        return counts[number];
    }

    /** {@return the class of a label that is there} */
    int of(long value) {
        return numbers[slot(value)] - 1;
    }

    private int slot(long value) {
        int mask = values.length - 1;
        int slot = (int) ((value * 0x9e37_79b9_7f4a_7c15L) >>> Integer.SIZE) & mask;
        while (numbers[slot] != 0 && values[slot] != value) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private int add(long value, MappedArray labels) {
        int slot = slot(value);
        if (numbers[slot] == 0) {
            if (size == LIMIT) {
                throw new IllegalArgumentException(
                        "%s has more than %,d distinct values: these are no classes. Splitter.grouped keeps rows with equal values together"
                                .formatted(labels, LIMIT));
            }
            values[slot] = value;
            numbers[slot] = ++size;
            if (size == counts.length) {
                grow();
                return size - 1;
            }
        }
        return numbers[slot] - 1;
    }

    private void grow() {
        counts = Arrays.copyOf(counts, 2 * counts.length);
        long[] oldValues = values;
        int[] oldNumbers = numbers;
        values = new long[2 * oldValues.length];
        numbers = new int[2 * oldNumbers.length];
        for (int i = 0; i < oldValues.length; i++) {
            if (oldNumbers[i] != 0) {
                int slot = slot(oldValues[i]);
                values[slot] = oldValues[i];
                numbers[slot] = oldNumbers[i];
            }
        }
    }

    /** Numbers classes anew, by their values. */
    private void sort(boolean unsigned) {
        Comparator<Long> order = unsigned ? Long::compareUnsigned : Long::compare;
        int[] slots =
                IntStream.range(0, values.length)
                        .filter(slot -> numbers[slot] != 0)
                        .boxed()
                        .sorted((a, b) -> order.compare(values[a], values[b]))
                        .mapToInt(slot -> slot)
                        .toArray();
        long[] sorted = new long[size];
        for (int number = 0; number < size; number++) {
            sorted[number] = counts[numbers[slots[number]] - 1];
            numbers[slots[number]] = number + 1;
        }
        counts = sorted;
    }
}
