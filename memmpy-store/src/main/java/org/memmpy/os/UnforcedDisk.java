// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

/** The real disk, without forcing anything. */
final class UnforcedDisk extends ForceFilter {
    UnforcedDisk() {
        super(REAL);
    }

    @Override
    protected void force(Force force) {
        // left to the system
    }

    @Override
    protected void beginForce(Runnable begin) {
        // left to the system
    }
}
