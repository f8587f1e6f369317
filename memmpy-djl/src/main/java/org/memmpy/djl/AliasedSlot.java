// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Arrays without contents, whose own memory is written into. */
final class AliasedSlot implements EngineSlot {
    private List<NDArray> arrays;
    private List<MemorySegment> segments;

    /** Makes arrays that belong to no manager. */
    AliasedSlot(NDManager host, List<Shape> shapes, List<DataType> types) {
        List<NDArray> made = new ArrayList<>(shapes.size());
        List<MemorySegment> memory = new ArrayList<>(shapes.size());
        boolean complete = false;
        try {
            for (int i = 0; i < shapes.size(); i++) {
                NDArray array = host.create(shapes.get(i), types.get(i));
                made.add(array);
                array.detach();
                memory.add(MemorySegment.ofBuffer(array.toByteBuffer(true)));
            }
            complete = true;
        } finally {
            if (!complete) {
                made.forEach(NDArray::close);
            }
        }
        arrays = made;
        segments = memory;
    }

    @Override
    public MemorySegment segment(int column) {
        return segments.get(column);
    }

    @Override
    public List<NDArray> arrays() {
        return arrays;
    }

    @Override
    public Device device() {
        return Device.cpu();
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
