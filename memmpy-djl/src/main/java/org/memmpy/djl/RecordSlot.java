// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.memmpy.batch.Block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory of one row, whose arrays have no batch axis and the row's own length. A batch pads a row
 * without items to one item, so the padding goes where nobody looks.
 *
 * @param padding of each column in which the row has no item; null for the others
 */
record RecordSlot(EngineSlot slot, List<MemorySegment> padding) implements EngineSlot {
    /**
     * Takes memory.
     *
     * @param blocks of the row, as a batch of it alone has them
     * @param shapes of its arrays
     */
    static RecordSlot of(EngineMemory memory, List<Block> blocks, List<Shape> shapes) {
        List<MemorySegment> padding = new ArrayList<>(blocks.size());
        for (int c = 0; c < blocks.size(); c++) {
            boolean isPadded = shapes.get(c).size() == 0 && blocks.get(c).bytes() > 0;
            padding.add(isPadded ? Arena.ofAuto().allocate(blocks.get(c).bytes()) : null);
        }
        return new RecordSlot(memory.take(DataTypes.of(blocks), shapes), padding);
    }

    @Override
    public MemorySegment segment(int column) {
        MemorySegment aside = padding.get(column);
        return aside == null ? slot.segment(column) : aside;
    }

    @Override
    public void filled() {
        slot.filled();
    }

    @Override
    public List<NDArray> arrays() {
        return slot.arrays();
    }

    @Override
    public Device device() {
        return slot.device();
    }

    @Override
    public void giveTo(NDManager manager) {
        slot.giveTo(manager);
    }

    @Override
    public void release() {
        slot.release();
    }
}
