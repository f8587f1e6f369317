// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;
import org.memmpy.MemmpyException;

import java.lang.foreign.MemorySegment;

/** A row of zeros with one 1. */
final class OneHotRow {
    private final int classes;
    private final int elementBytes;
    private final long one;

    OneHotRow(int classes, DType to) {
        this.classes = classes;
        this.elementBytes = to.bytes();
        this.one = FillMasked.bits(to, 1);
    }

    long bytes() {
        return (long) classes * elementBytes;
    }

    /**
     * Writes the one among zeros.
     *
     * @param id the class
     * @param source of the id, for the message
     * @param row of it there
     * @param place of the row in the target
     * @throws MemmpyException if there is no such class
     */
    void mark(long id, RowSource source, long row, MemorySegment target, long place) {
        if (id < 0 || id >= classes) {
            throw new MemmpyException(
                    "%s holds the class %,d, but one-hot rows of %d classes were asked for: ids must be 0 to %d"
                            .formatted(source.nameOf(row), id, classes, classes - 1));
        }
        Elements.set(target, place * bytes() + id * elementBytes, elementBytes, one);
    }
}
