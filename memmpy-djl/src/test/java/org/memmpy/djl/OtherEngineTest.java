// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.memmpy.batch.Column.column;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.MiniBatch;

import java.util.ArrayList;
import java.util.List;

/** An engine as OnnxRuntime: its arrays, also those of a device, are over the buffer given. */
@ExtendWith(NoLoaderThreads.class)
class OtherEngineTest extends WithImages {
    private static final int ROWS = 200;
    private static final Device DEVICE = Device.gpu();

    OtherEngineTest() {
        super(ROWS);
    }

    private static final class Aliasing extends Engine {
        @Override
        public Engine getAlternativeEngine() {
            return null;
        }

        @Override
        public String getEngineName() {
            return "Aliasing";
        }

        @Override
        public int getRank() {
            return 99;
        }

        @Override
        public String getVersion() {
            return "1";
        }

        @Override
        public boolean hasCapability(String capability) {
            return false;
        }

        @Override
        public Model newModel(String name, Device device) {
            throw new UnsupportedOperationException();
        }

        @Override
        public NDManager newBaseManager() {
            return newBaseManager(Device.cpu());
        }

        /** On the CPU PyTorch's arrays are over a direct buffer. */
        @Override
        public NDManager newBaseManager(Device device) {
            NDManager pytorch = Engine.getInstance().newBaseManager(Device.cpu());
            return Managers.saying(pytorch, "getDevice", device, "getEngine", this);
        }
    }

    @Test
    void batchesOfADeviceKeepTheirRows() {
        NDManager far = new Aliasing().newBaseManager(DEVICE);
        List<HeldArrays> taken = new ArrayList<>();
        try (PassMemory memory = Memory.engine().newPass(far, DEVICE)) {
            BatchLoader loader =
                    memory.open(
                            BatchLoader.builder(store.table())
                                    .column(column("id"))
                                    .batchSize(10)
                                    .threads(1));
            try (Epoch epoch = loader.epoch(0)) {
                for (MiniBatch batch : epoch) {
                    taken.add(memory.arrays(batch));
                    assertEquals(DEVICE, taken.getLast().device());
                }
            }
            assertEquals(Rows.upTo(ROWS), rows(taken));
        }
        assertEquals(Rows.upTo(ROWS), rows(taken), "they outlive the pass");
        taken.forEach(HeldArrays::release);
    }

    private static List<Long> rows(List<HeldArrays> taken) {
        return taken.stream().flatMap(held -> Rows.list(held.arrays().get(0)).stream()).toList();
    }
}
