// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Off-heap memory from which an engine makes its arrays, for engines that let nobody write into
 * theirs, on whatever device. One copy more than {@link AliasedSlot}.
 */
final class StagedSlot implements EngineSlot {
    private static final long LINE = 64;

    private final NDManager host;
    private final List<Shape> shapes;
    private final List<DataType> types;
    private List<MemorySegment> segments;
    private List<NDArray> arrays = List.of();

    /**
     * Takes the memory. The garbage collector frees it: an engine may keep the buffer that it is
     * given for as long as the array lives.
     */
    StagedSlot(NDManager host, List<Shape> shapes, List<DataType> types) {
        this.host = host;
        this.shapes = shapes;
        this.types = types;
        this.segments = new ArrayList<>(shapes.size());
        for (int i = 0; i < shapes.size(); i++) {
            long bytes = shapes.get(i).size() * types.get(i).getNumOfBytes();
            segments.add(Arena.ofAuto().allocate(bytes, LINE));
        }
    }

    @Override
    public MemorySegment segment(int column) {
        return segments.get(column);
    }

    @Override
    public List<NDArray> arrays() {
        if (arrays.isEmpty()) {
            arrays = Unowned.over(host, segments, shapes, types);
        }
        return arrays;
    }

    @Override
    public Device device() {
        return host.getDevice();
    }

    @Override
    public void giveTo(NDManager manager) {
        forget();
    }

    @Override
    public void release() {
        arrays.forEach(NDArray::close);
        forget();
    }

    private void forget() {
        arrays = List.of();
        segments = List.of();
    }
}
