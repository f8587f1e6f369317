// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.memmpy.batch.BatchMemory;
import org.memmpy.batch.Block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Has batches gathered into host memory and copied to a device by the loader's thread. The host
 * memory is free again when the copy is made, so there is as much of it as threads gather, however
 * many batches are ahead; it is pinned if it can be.
 *
 * <p>Of one pass, whose threads have ended when this is closed.
 */
final class DeviceMemory implements BatchMemory, AutoCloseable {
    private static final long PAGE = 4096;
    private static final long LINE = 64;

    private final Device device;
    private final DeviceCopy copy;
    private final Pinning pinning;
    private final Arena arena = Arena.ofShared();
    private final Deque<MemorySegment> free = new ArrayDeque<>();
    private final List<MemorySegment> pinned = new ArrayList<>();
    private boolean closed;

    DeviceMemory(Device device, DeviceCopy copy, Pinning pinning) {
        this.device = device;
        this.copy = copy;
        this.pinning = pinning;
    }

    @Override
    public EngineSlot take(List<Block> blocks) {
        List<Shape> shapes = Shapes.of(blocks);
        List<DataType> types = DataTypes.of(blocks);
        long[] ends = new long[blocks.size() + 1];
        for (int c = 0; c < blocks.size(); c++) {
            ends[c + 1] = roundUp(ends[c] + blocks.get(c).bytes(), LINE);
        }
        MemorySegment memory = borrow(ends[blocks.size()]);
        List<MemorySegment> segments = new ArrayList<>(blocks.size());
        for (int c = 0; c < blocks.size(); c++) {
            segments.add(memory.asSlice(ends[c], blocks.get(c).bytes()));
        }
        return new StagedRows(memory, segments, shapes, types);
    }

    private synchronized MemorySegment borrow(long bytes) {
        MemorySegment memory = free.poll();
        if (memory != null && memory.byteSize() >= bytes) {
            return memory;
        }
        // one that is too small is given up for twice its size: all that was given up is less
        long size = roundUp(memory == null ? bytes : Math.max(bytes, 2 * memory.byteSize()), PAGE);
        MemorySegment larger = arena.allocate(size, PAGE);
        if (pinning.pin(larger, device)) {
            pinned.add(larger);
        }
        return larger;
    }

    private synchronized void giveBack(MemorySegment memory) {
        free.push(memory);
    }

    private static long roundUp(long value, long multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }

    /** Frees the host memory; what is on the device stays. Twice is harmless. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            pinned.forEach(pinning::unpin);
            arena.close();
        }
    }

    /** One batch: on the host until it is filled, then on the device. */
    private final class StagedRows implements EngineSlot {
        private final List<Shape> shapes;
        private final List<DataType> types;
        private final List<NDArray> arrays = new ArrayList<>();
        private List<MemorySegment> segments;

        /** Null when it was given back. */
        private MemorySegment memory;

        StagedRows(
                MemorySegment memory,
                List<MemorySegment> segments,
                List<Shape> shapes,
                List<DataType> types) {
            this.memory = memory;
            this.segments = segments;
            this.shapes = shapes;
            this.types = types;
        }

        @Override
        public MemorySegment segment(int column) {
            return segments.get(column);
        }

        @Override
        public void filled() {
            for (int c = 0; c < segments.size(); c++) {
                arrays.add(copy.copy(segments.get(c), shapes.get(c), types.get(c)));
            }
            endStaging();
        }

        private void endStaging() {
            if (memory != null) {
                giveBack(memory);
                memory = null;
                segments = List.of();
            }
        }

        @Override
        public List<NDArray> arrays() {
            return arrays;
        }

        @Override
        public Device device() {
            return device;
        }

        @Override
        public void giveTo(NDManager manager) {
            arrays.clear();
        }

        @Override
        public void release() {
            endStaging();
            arrays.forEach(NDArray::close);
            arrays.clear();
        }
    }
}
