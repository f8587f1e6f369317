// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;

import org.junit.jupiter.api.Test;

/** PyTorch's natives for this system are on the class path and load without the network. */
class EngineSmokeTest {
    @Test
    void pytorchAdds() {
        try (NDManager manager = NDManager.newBaseManager()) {
            assertEquals("PyTorch", Engine.getInstance().getEngineName());
            assertArrayEquals(
                    new float[] {3, 4}, manager.create(new float[] {1, 2}).add(2).toFloatArray());
        }
    }
}
