// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.place;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Rows of one column where they are.
 *
 * @param segment exactly the rows
 * @param release called once, when nobody needs them any more
 */
public record Placed(MemorySegment segment, Runnable release) {
    /** Releases what is not null. */
    public static void releaseAll(List<Placed> placed) {
        for (Placed each : placed) {
            if (each != null) {
                each.release().run();
            }
        }
    }
}
