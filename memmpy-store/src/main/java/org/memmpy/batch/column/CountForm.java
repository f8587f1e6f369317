// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.RowType;
import org.memmpy.kernel.Elements;
import org.memmpy.kernel.RowKernel;

import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/**
 * How many items rows have: of each its own, or of all before it.
 *
 * @param width of rows that are cut; null if none is
 * @param sums whether there is one number more than rows, each the sum of the items before
 * @param type of a number
 * @param kernel from int64 to something else; null if that is what is wanted
 */
record CountForm(Width width, boolean sums, RowType type, RowKernel kernel) implements RaggedForm {
    @Override
    public boolean hasFixedRows() {
        return !sums;
    }

    @Override
    public boolean hasItems() {
        return false;
    }

    @Override
    public OptionalLong mostItems() {
        return OptionalLong.of(0);
    }

    @Override
    public BoundColumn.Located of(Extents items) {
        long[] lengths = (width == null ? items : width.clip(items)).lengths();
        long[] numbers = sums ? sums(lengths) : lengths;
        return new Counting() {
            @Override
            public RowType item() {
                return type;
            }

            @Override
            public long count() {
                return numbers.length;
            }

            @Override
            public void write(MemorySegment target) {
                if (kernel == null) {
                    MemorySegment.copy(numbers, 0, target, Elements.LONG, 0, numbers.length);
                    return;
                }
                long[] all = LongStream.range(0, numbers.length).toArray();
                kernel.gather(MemorySegment.ofArray(numbers), all, all.length, target);
            }
        };
    }

    private static long[] sums(long[] lengths) {
        long[] sums = new long[lengths.length + 1];
        for (int i = 0; i < lengths.length; i++) {
            sums[i + 1] = Math.addExact(sums[i], lengths[i]);
        }
        return sums;
    }
}
