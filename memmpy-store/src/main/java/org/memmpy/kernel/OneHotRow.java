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

    /** {@return whether an id is a class} */
    boolean has(long id) {
        return id >= 0 && id < classes;
    }

    /**
     * Writes the one among zeros.
     *
     * @param id a class
     * @param place of the row in the target
     */
    void mark(long id, MemorySegment target, long place) {
        Elements.set(target, place * bytes() + id * elementBytes, elementBytes, one);
    }

    /**
     * {@return that an id is no class}
     *
     * @param where it is
     */
    MemmpyException refusal(String where, long id) {
        return new MemmpyException(
                "%s holds the class %,d, but one-hot rows of %d classes were asked for: ids must be 0 to %d"
                        .formatted(where, id, classes, classes - 1));
    }
}
