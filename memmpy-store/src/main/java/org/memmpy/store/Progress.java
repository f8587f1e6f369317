// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

/** Is told how far something is that takes a while, and can end it. */
@FunctionalInterface
public interface Progress {
    /**
     * Takes the next state; called by one thread at a time, with growing numbers. What it throws
     * ends the work, and is thrown by it; nothing half-made stays.
     *
     * @param bytes how many are done
     * @param total how many will be
     */
    void at(long bytes, long total);
}
