// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.read;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Which batches are asked for at once. */
class AskedGroupsTest {
    private static AskedGroups groups(long start, long window) {
        return new AskedGroups((10_000 - start) / 100, start, 100, window);
    }

    @Test
    void halfOfTheLeadAndTheFirstBatchAtOnce() {
        AskedGroups groups = groups(0, 0);
        assertEquals(1, groups.end(0, 8, false));
        assertEquals(5, groups.end(1, 8, true));
        assertEquals(2, groups.end(1, 1, true));
        assertEquals(100, groups.end(98, 8, true));
    }

    @Test
    void wholeWindows() {
        AskedGroups groups = groups(0, 1050);
        assertEquals(11, groups.end(0, 22, false));
        assertEquals(21, groups.end(11, 22, true));
        assertEquals(32, groups.end(21, 22, true));
        assertEquals(42, groups.end(0, 88, true)); // two windows are not half of it, four are
        assertEquals(100, groups.end(95, 22, true));
    }

    @Test
    void windowsOfAPassThatWasResumed() {
        AskedGroups groups = groups(1000, 1050);
        assertEquals(1, groups.end(0, 20, false));
        assertEquals(11, groups.end(0, 22, false));
        assertEquals(11, groups.end(1, 20, true));
    }

    @Test
    void windowsThatAreLargerThanTheMemory() {
        AskedGroups groups = groups(0, 5000);
        assertEquals(10, groups.end(0, 20, false));
    }

    @Test
    void windowsThatAreSmallerThanABatch() {
        AskedGroups groups = groups(0, 7);
        assertEquals(4, groups.end(0, 8, true));
    }
}
