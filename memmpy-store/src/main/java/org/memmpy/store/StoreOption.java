// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

/** How a store is made or opened. */
public enum StoreOption {
    /** The root of a new store is no table: its arrays may have different lengths. */
    FREE_ROOT,
    /**
     * {@link Store#create} takes the place of a store that is there: its nodes are gone from the
     * first commit on, all at once. Until then, and for readers that have it open, the old ones
     * stay; {@code vacuum} frees their space.
     */
    REPLACE,
    /**
     * Commits do not wait for the disk. What was committed survives the death of the process, but
     * may be lost or damaged when the machine loses power. For data that can be made again.
     */
    NO_FORCE,
    /**
     * Every file is held against its checksums when it is first read, which reads all of it once;
     * what does not fit is a {@link org.memmpy.CorruptStoreException} naming the rows. Blocks that
     * come with later generations are checked when they are first read.
     */
    CHECKED
}
