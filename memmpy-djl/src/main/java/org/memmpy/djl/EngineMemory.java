// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.memmpy.batch.BatchMemory;
import org.memmpy.batch.Block;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Has batches gathered into memory of DJL's engine, so that nothing is copied again.
 *
 * <p>Arrays are made by a manager that nobody closes, one for each device, and belong to no manager
 * until they are delivered. Were they attached to the consumer's manager while rows are written
 * into them, its {@code close} on another thread would free the memory under the writer; that
 * corrupted the heap when it was tried.
 */
final class EngineMemory implements BatchMemory {
    private static final Map<Key, EngineMemory> OF_DEVICE = new ConcurrentHashMap<>();
    private static final byte[] PATTERNS = {0x35, (byte) 0xca};

    private final NDManager host;
    private final boolean aliased;

    /**
     * Makes the memory of an engine.
     *
     * @param host makes the arrays; never closed, on the CPU if aliased
     * @param aliased whether the engine's direct buffers are the arrays' own memory
     */
    EngineMemory(NDManager host, boolean aliased) {
        this.host = host;
        this.aliased = aliased;
    }

    private record Key(Engine engine, Device device) {}

    /** {@return the memory of a manager's engine, on the CPU} */
    static EngineMemory of(NDManager manager) {
        return of(manager.getEngine(), Device.cpu());
    }

    /** {@return the memory whose arrays are on a device} */
    static EngineMemory of(Engine engine, Device device) {
        return OF_DEVICE.computeIfAbsent(new Key(engine, device), EngineMemory::newMemory);
    }

    private static EngineMemory newMemory(Key key) {
        NDManager host = key.engine.newBaseManager(key.device);
        host.setName("memmpy");
        return new EngineMemory(
                host, key.device.equals(Device.cpu()) && isPyTorch(key.engine) && lends(host));
    }

    /** {@return whether it is the engine whose use of memory is known to us} */
    static boolean isPyTorch(Engine engine) {
        return engine.getEngineName().equals("PyTorch");
    }

    /**
     * {@return whether what is written into a direct buffer of an array is in the array} Others
     * give the contents in a copy and do not say so; PyTorch, too, if it was told to use MKL-DNN.
     */
    static boolean lends(NDManager host) {
        try (NDArray probe = host.create(new Shape(16), DataType.FLOAT32)) {
            for (byte pattern : PATTERNS) {
                ByteBuffer memory = probe.toByteBuffer(true);
                for (int i = 0; i < memory.capacity(); i++) {
                    memory.put(i, pattern);
                }
                ByteBuffer contents = probe.toByteBuffer(false);
                for (int i = 0; i < memory.capacity(); i++) {
                    if (contents.get(i) != pattern) {
                        return false;
                    }
                }
            }
            return true;
        } catch (RuntimeException e) { // it has no such arrays, or no such buffers
            return false;
        }
    }

    @Override
    public EngineSlot take(List<Block> blocks) {
        return take(DataTypes.of(blocks), Shapes.of(blocks));
    }

    /** {@return memory for arrays of any shape} */
    EngineSlot take(List<DataType> types, List<Shape> shapes) {
        return aliased ? new AliasedSlot(host, shapes, types) : new StagedSlot(host, shapes, types);
    }

    /** {@return what makes arrays of this memory; never closed} */
    NDManager host() {
        return host;
    }
}
