// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

/** What becomes of the rows at the end of an epoch that do not fill a batch. */
public enum Ends {
    /** They are a shorter batch. Not for several ranks, whose batches would differ in length. */
    KEEP,
    /** They are left out; in the next shuffled epoch they are others. */
    DROP,
    /**
     * The batch is filled with its last row, again and again; {@link MiniBatch#filled} says how
     * often, so that a loss can leave them out.
     */
    PAD,
    /** The batch is filled with the first rows of the epoch; {@link MiniBatch#filled} of them. */
    WRAP
}
