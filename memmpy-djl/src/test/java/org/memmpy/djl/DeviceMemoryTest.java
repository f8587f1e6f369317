// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.Pipeline;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.batch.Block;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Batches that are copied to a device. It is a fake, whose arrays are the engine's on the CPU. */
@ExtendWith(NoLoaderThreads.class)
class DeviceMemoryTest extends WithImages {
    private static final int ROWS = 1000;

    private final FakeDevice device = new FakeDevice();
    private final FakePinning pinning = new FakePinning();

    DeviceMemoryTest() {
        super(ROWS);
    }

    /** Copies, and fails when told so. */
    private static final class FakeDevice implements DeviceCopy {
        private final DeviceCopy engine = DeviceCopy.of(Engine.getInstance(), Device.cpu());
        private final Set<Long> addresses = ConcurrentHashMap.newKeySet();
        private final Set<String> threads = ConcurrentHashMap.newKeySet();
        private final List<NDArray> made = Collections.synchronizedList(new ArrayList<>());
        private volatile int fails = Integer.MAX_VALUE;

        @Override
        public NDArray copy(MemorySegment rows, Shape shape, DataType type) {
            if (made.size() >= fails) {
                throw new IllegalStateException("out of device memory");
            }
            addresses.add(rows.address());
            threads.add(Thread.currentThread().getName());
            NDArray over = engine.copy(rows, shape, type);
            NDArray array = over.duplicate();
            over.close();
            made.add(array);
            return array;
        }
    }

    private static final class FakePinning implements Pinning {
        private final List<MemorySegment> pinned = new ArrayList<>();
        private final List<MemorySegment> unpinned = new ArrayList<>();
        private final Set<Device> devices = new HashSet<>();
        private boolean works = true;

        @Override
        public boolean pin(MemorySegment memory, Device pinnedFor) {
            pinned.add(memory);
            devices.add(pinnedFor);
            return works;
        }

        @Override
        public void unpin(MemorySegment memory) {
            assertTrue(memory.scope().isAlive(), "memory is unpinned before it is freed");
            unpinned.add(memory);
        }
    }

    private MemmpyDataset.Builder images() {
        return Rows.images(store).optSeed(3).optMemory(Memory.staged(device, pinning));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theLoadersThreadsCopy(boolean pins) throws Exception {
        pinning.works = pins;
        MemmpyDataset dataset = images().setSampling(10, true).optThreads(2).build();
        MemmpyDataset engine = Rows.images(store).optSeed(3).setSampling(10, true).build();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                assertEquals(Rows.ofLabels(batch), Rows.ofImages(batch));
            }
        }
        Rows.drain(engine.getData(manager));
        assertEquals(Rows.drain(engine.getData(manager)), Rows.drain(dataset.getData(manager)));
        assertTrue(device.threads.stream().allMatch(name -> name.startsWith("memmpy-loader")));
        assertEquals(pins ? pinning.pinned : List.of(), pinning.unpinned);
        assertTrue(device.made.stream().allMatch(NDArray::isReleased));
    }

    @Test
    void hostMemoryIsFreeWhenItWasCopied() throws Exception {
        MemmpyDataset dataset =
                images().setSampling(10, true).optThreads(2).optPrefetchNumber(50).build();
        List<Batch> kept = new ArrayList<>();
        List<Long> rows = new ArrayList<>();
        Iterator<Batch> pass = dataset.getData(manager).iterator();
        for (int i = 0; i < 100; i++) {
            kept.add(pass.next());
        }
        assertTrue(pinning.pinned.size() <= 2, "one for each thread, not for each batch");
        assertTrue(device.addresses.size() <= 4, "two columns of each");
        kept.forEach(batch -> rows.addAll(Rows.ofImages(batch)));
        assertEquals(Rows.upTo(ROWS), rows.stream().sorted().toList());
        assertFalse(pass.hasNext());
        assertEquals(pinning.pinned, pinning.unpinned);
        assertTrue(device.made.stream().allMatch(NDArray::isReleased));
    }

    @Test
    void pipelinesRunOnWhatWasCopied() throws Exception {
        MemmpyDataset dataset =
                images().setSampling(10, false)
                        .optBatchPipeline(new Pipeline().add(a -> a.add(1)))
                        .build();
        try (Batch batch = dataset.getData(manager).iterator().next()) {
            assertEquals(0x01010101L + 9, Rows.ofImages(batch).get(9));
        }
    }

    @Test
    void anErrorOfTheDeviceIsOneOfItsBatch() throws Exception {
        device.fails = 21;
        MemmpyDataset dataset = images().setSampling(10, false).optThreads(1).build();
        Iterator<Batch> pass = dataset.getData(manager).iterator();
        MemmpyException error =
                assertThrows(
                        MemmpyException.class,
                        () -> {
                            while (pass.hasNext()) {
                                pass.next().close();
                            }
                        });
        assertTrue(error.getMessage().contains("batch 10: out of device memory"), error.toString());
        assertTrue(device.made.stream().allMatch(NDArray::isReleased), "also of half a batch");
        assertEquals(pinning.pinned, pinning.unpinned);
    }

    @Test
    void aManagerClosedEarlyLeavesNothing() throws Exception {
        for (int taken = 0; taken < 5; taken++) {
            MemmpyDataset dataset = images().setSampling(10, true).optPrefetchNumber(9).build();
            var closedEarly = manager.newSubManager();
            Iterator<Batch> pass = dataset.getData(closedEarly).iterator();
            for (int i = 0; i < taken; i++) {
                pass.next();
            }
            closedEarly.close();
            assertTrue(device.made.stream().allMatch(NDArray::isReleased));
            assertEquals(pinning.pinned, pinning.unpinned);
        }
    }

    @Test
    void aBatchThatNeedsMoreThanThereIsGetsTwiceOfIt() {
        Device far = Device.gpu();
        try (DeviceMemory memory = new DeviceMemory(far, device, pinning)) {
            for (int rows : new int[] {1000, 10, 1100, 1900}) {
                EngineSlot slot = memory.take(List.of(new Block(RowType.of(DType.INT64), rows)));
                for (int i = 0; i < rows; i++) {
                    slot.segment(0).setAtIndex(ValueLayout.JAVA_LONG, i, i);
                }
                slot.filled();
                assertEquals(Rows.upTo(rows), Rows.list(slot.arrays().getFirst()));
                slot.release();
            }
            assertEquals(
                    List.of(8192L, 16384L),
                    pinning.pinned.stream().map(MemorySegment::byteSize).toList());
            assertEquals(Set.of(far), pinning.devices);
        }
        assertEquals(pinning.pinned, pinning.unpinned);
    }

    @Test
    void columnsOfManySizesFit() throws Exception {
        MemmpyDataset dataset =
                MemmpyDataset.builder()
                        .setStore(store)
                        .addFeature(column("image"))
                        .addFeature(column("half").as(DType.FLOAT64))
                        .addLabel(column("id"))
                        .setSampling(333, false)
                        .optMemory(Memory.staged(device, pinning))
                        .build();
        List<Long> rows = new ArrayList<>();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                List<Long> ids = Rows.ofLabels(batch);
                double[] halves = batch.getData().get(1).toDoubleArray();
                for (int i = 0; i < ids.size(); i++) {
                    assertEquals(ids.get(i) / 2.0, halves[3 * i + 2]);
                }
                assertEquals(ids, Rows.ofImages(batch));
                rows.addAll(ids);
            }
        }
        assertEquals(Rows.upTo(ROWS), rows);
    }
}
