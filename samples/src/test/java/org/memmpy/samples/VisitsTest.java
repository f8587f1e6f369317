// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;

class VisitsTest {
    @Test
    void dependsOnRowsAndOrderAndNotOnBatches() {
        Visits one = new Visits();
        one.add(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 7, 8);
        Visits two = new Visits();
        two.add(ByteBuffer.wrap(new byte[] {1, 2}), 7);
        two.add(ByteBuffer.wrap(new byte[] {3, 4}), 8);
        assertEquals(one, two);

        Visits swapped = new Visits();
        swapped.add(ByteBuffer.wrap(new byte[] {3, 4, 1, 2}), 8, 7);
        assertNotEquals(one, swapped);

        Visits mislabelled = new Visits();
        mislabelled.add(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 8, 7);
        assertNotEquals(one, mislabelled);
    }
}
