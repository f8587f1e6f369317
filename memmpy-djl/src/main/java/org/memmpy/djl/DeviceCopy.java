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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

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
     * {@return the copies that an engine makes} It makes an array of a direct buffer on whatever
     * device its manager is of, and PyTorch's returns when the bytes are there.
     */
    static DeviceCopy of(Engine engine, Device device) {
        NDManager host =
                Hosts.OF_DEVICE.computeIfAbsent(new Hosts.Key(engine, device), Hosts::newHost);
        return (rows, shape, type) ->
                Unowned.over(host, List.of(rows), List.of(shape), List.of(type)).getFirst();
    }

    /** The makers of arrays of each device, which nobody closes. */
    final class Hosts {
        private static final Map<Key, NDManager> OF_DEVICE = new ConcurrentHashMap<>();

        private Hosts() {}

        private record Key(Engine engine, Device device) {}

        private static NDManager newHost(Key key) {
            NDManager host = key.engine.newBaseManager(key.device);
            host.setName("memmpy");
            return host;
        }
    }
}
