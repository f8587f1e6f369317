// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.batch.Block;

import java.lang.foreign.ValueLayout;
import java.util.List;

/** The memory that batches are gathered into, with an engine that lends its own and one not. */
class EngineMemoryTest {
    private static final List<RowType> COLUMNS =
            List.of(RowType.of(DType.INT32, 2), RowType.of(DType.UINT8));

    private static List<Block> blocks() {
        return COLUMNS.stream().map(type -> new Block(type, 3)).toList();
    }

    private static void fill(EngineSlot slot) {
        for (int i = 0; i < 6; i++) {
            slot.segment(0).setAtIndex(ValueLayout.JAVA_INT, i, 10 * i);
        }
        for (int i = 0; i < 3; i++) {
            slot.segment(1).set(ValueLayout.JAVA_BYTE, i, (byte) i);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsWrittenIsInTheArrays(boolean aliased) {
        List<NDArray> given;
        try (NDManager host = NDManager.newBaseManager(Device.cpu());
                NDManager manager = NDManager.newBaseManager()) {
            EngineSlot slot = new EngineMemory(host, aliased).take(blocks());
            assertEquals(24, slot.segment(0).byteSize());
            assertEquals(3, slot.segment(1).byteSize());
            fill(slot);
            List<NDArray> arrays = slot.arrays();
            arrays.forEach(array -> array.attach(manager));
            slot.giveTo(manager);
            slot.release();
            assertEquals(new Shape(3, 2), arrays.get(0).getShape());
            assertEquals(DataType.UINT8, arrays.get(1).getDataType());
            assertArrayEquals(new int[] {0, 10, 20, 30, 40, 50}, arrays.get(0).toIntArray());
            assertArrayEquals(new byte[] {0, 1, 2}, arrays.get(1).toByteArray());
            assertEquals(List.of(), host.getManagedArrays());
            assertEquals(2, manager.getManagedArrays().size());
            given = arrays;
        }
        assertTrue(given.get(0).isReleased() && given.get(1).isReleased());
    }

    @Test
    void anArrayWithoutAnOwnerSurvivesItsMaker() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDManager host = NDManager.newBaseManager(Device.cpu());
            EngineSlot slot = new EngineMemory(host, true).take(blocks());
            host.close();
            fill(slot);
            List<NDArray> arrays = slot.arrays();
            arrays.forEach(array -> array.attach(manager));
            assertArrayEquals(new byte[] {0, 1, 2}, arrays.get(1).toByteArray());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatNobodyGotIsClosed(boolean aliased) {
        try (NDManager host = NDManager.newBaseManager(Device.cpu())) {
            EngineSlot slot = new EngineMemory(host, aliased).take(blocks());
            List<NDArray> arrays = List.copyOf(slot.arrays());
            slot.release();
            assertTrue(arrays.get(0).isReleased() && arrays.get(1).isReleased());
            assertThrows(IndexOutOfBoundsException.class, () -> slot.segment(0));
        }
    }

    @Test
    void anEngineThatLendsACopyIsFilledByOne() {
        String mkldnn = "ai.djl.pytorch.use_mkldnn";
        List<Block> floats = List.of(new Block(RowType.of(DType.FLOAT32), 3));
        try (NDManager host = NDManager.newBaseManager(Device.cpu())) {
            assertTrue(EngineMemory.lends(host));
            System.setProperty(mkldnn, "true");
            assertFalse(EngineMemory.lends(host));
            EngineSlot slot = new EngineMemory(host, EngineMemory.lends(host)).take(floats);
            for (int i = 0; i < 3; i++) {
                slot.segment(0).setAtIndex(ValueLayout.JAVA_FLOAT, i, i + 0.5f);
            }
            assertArrayEquals(
                    new float[] {0.5f, 1.5f, 2.5f}, slot.arrays().getFirst().toFloatArray());
            slot.release();
        } finally {
            System.clearProperty(mkldnn);
        }
    }

    @Test
    void anEngineWithoutSuchArraysLendsNothing() {
        try (NDManager host = NDManager.newBaseManager(Device.cpu())) {
            assertFalse(EngineMemory.lends(Managers.saying(host, "create", null)));
        }
    }

    @Test
    void oneMemoryForAllManagersOfAnEngine() {
        try (NDManager one = NDManager.newBaseManager();
                NDManager two = one.newSubManager()) {
            assertEquals(EngineMemory.of(one), EngineMemory.of(two));
        }
    }
}
