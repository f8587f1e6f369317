// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.RowType;
import org.memmpy.kernel.CopyRows;
import org.memmpy.kernel.RowKernel;
import org.memmpy.kernel.RowSource;
import org.memmpy.store.MappedArray;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A column whose rows are all of one type; masked elements may be filled.
 *
 * @param inputs the array, and its mask if there is something to fill
 * @param fill null if nothing is filled
 */
record DenseColumn(
        String name,
        List<List<MappedArray>> inputs,
        RowType type,
        RowKernel kernel,
        MaskedFill fill)
        implements BoundColumn {

    @Override
    public OptionalLong mostItems() {
        return OptionalLong.of(1);
    }

    @Override
    public boolean isCopied() {
        return kernel instanceof CopyRows && fill == null;
    }

    @Override
    public BoundColumn unsafeNativeCopy() {
        return kernel instanceof CopyRows copy
                ? new DenseColumn(name, inputs, type, copy.unsafeNative(), fill)
                : this;
    }

    @Override
    public boolean hasFixedRows() {
        return true;
    }

    @Override
    public Located locate(BatchRows rows) {
        return new OfRows(rows.rows());
    }

    @Override
    public void fingerprint(int source, long rows, Map<String, String> into) {
        for (List<MappedArray> input : inputs) {
            String prefix = input.size() == 1 ? "" : source + ":";
            MappedArray array = input.get(source);
            into.put(prefix + array.path(), array.fingerprint(rows));
        }
    }

    private final class OfRows implements Located {
        private final Extents extents;

        OfRows(long[] rows) {
            this.extents = Extents.ofRows(rows);
        }

        @Override
        public RowType item() {
            return type;
        }

        @Override
        public long count() {
            return extents.size();
        }

        @Override
        public Extents extents() {
            return extents;
        }

        @Override
        public void gather(List<? extends RowSource> inputs, Extents at, MemorySegment target) {
            kernel.gather(inputs.get(0), at.starts(), at.size(), target);
            if (fill != null) {
                fill.over(inputs.get(1), at.starts(), target);
            }
        }
    }
}
