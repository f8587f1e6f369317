// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The build compiles and runs tests on the JDK that the toolchain selected, not on Maven's own. */
class BuildSmokeTest {
    @Test
    void runsOnJdk25OrNewer() {
        assertTrue(Runtime.version().feature() >= 25, () -> "tests run on " + Runtime.version());
    }
}
