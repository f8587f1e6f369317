// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.race;

import java.io.IOException;

/** A contender cannot take part, because something is missing here; the message says what. */
public final class SkippedException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * Skips a contender.
     *
     * @param reason why
     */
    public SkippedException(String reason) {
        super(reason);
    }
}
