// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.os.NativeCalls.Advice;

/**
 * In which order somebody is going to read rows that he {@linkplain MappedArray#lease(Access)
 * leases}. It never changes what is read, only how far the system reads ahead from a slow disk.
 * Each pattern has a mapping of its own, so that readers with different ones do not undo each
 * other's.
 */
public enum Access {
    /** Nothing is known. The system guesses, and reads much that is not wanted if rows jump. */
    NORMAL(Advice.NONE),

    /** Any row, in no order: a page that is touched is read alone. */
    RANDOM(Advice.RANDOM),

    /** From the first row to the last: far ahead. */
    SEQUENTIAL(Advice.SEQUENTIAL);

    private final Advice advice;

    Access(Advice advice) {
        this.advice = advice;
    }

    Advice advice() {
        return advice;
    }
}
