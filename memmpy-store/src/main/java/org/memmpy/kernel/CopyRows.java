// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Rows as they are. Rows of 1, 2, 4 and 8 bytes are loads and stores, others block copies. */
public final class CopyRows implements RowKernel {
    private final long rowBytes;

    /**
     * Makes a kernel.
     *
     * @param rowBytes the bytes of one row
     */
    public CopyRows(long rowBytes) {
        this.rowBytes = rowBytes;
    }

    @Override
    public void gather(RowSource source, long[] rows, int count, MemorySegment target) {
        if (source.parts() == 1) {
            copy(source.segment(0), rows, count, target);
            return;
        }
        for (int i = 0; i < count; i++) {
            int part = source.partOf(rows[i]);
            long offset = (rows[i] - source.firstRow(part)) * rowBytes;
            MemorySegment.copy(source.segment(part), offset, target, i * rowBytes, rowBytes);
        }
    }

    private void copy(MemorySegment source, long[] rows, int count, MemorySegment target) {
        switch ((int) Math.min(rowBytes, Integer.MAX_VALUE)) {
            case 1 -> {
                for (int i = 0; i < count; i++) {
                    target.set(
                            ValueLayout.JAVA_BYTE, i, source.get(ValueLayout.JAVA_BYTE, rows[i]));
                }
            }
            case 2 -> {
                for (int i = 0; i < count; i++) {
                    target.set(Elements.SHORT, 2L * i, source.get(Elements.SHORT, 2 * rows[i]));
                }
            }
            case 4 -> {
                for (int i = 0; i < count; i++) {
                    target.set(Elements.INT, 4L * i, source.get(Elements.INT, 4 * rows[i]));
                }
            }
            case 8 -> {
                for (int i = 0; i < count; i++) {
                    target.set(Elements.LONG, 8L * i, source.get(Elements.LONG, 8 * rows[i]));
                }
            }
            default -> {
                for (int i = 0; i < count; i++) {
                    MemorySegment.copy(source, rows[i] * rowBytes, target, i * rowBytes, rowBytes);
                }
            }
        }
    }
}
