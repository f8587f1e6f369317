// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** Copies a column's rows to a device. Called by any thread. */
@FunctionalInterface
interface DeviceCopy {
    /**
     * Copies, and waits for the end of it: the memory may then be written again.
     *
     * @param rows off-heap, exactly the array's bytes
     * @return an array on the device, which belongs to no manager
     */
    NDArray copy(MemorySegment rows, Shape shape, DataType type);

    /**
     * {@return the copies that PyTorch makes} It makes an array of a direct buffer on whatever
     * device its manager is of, and returns when the bytes are there. Of other engines that is not
     * known: OnnxRuntime's arrays are over the buffer for as long as they live.
     */
    static DeviceCopy of(Engine engine, Device device) {
        NDManager host = EngineMemory.of(engine, device).host();
        return (rows, shape, type) ->
                Unowned.over(host, List.of(rows), List.of(shape), List.of(type)).getFirst();
    }
}
