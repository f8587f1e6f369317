// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.memmpy.batch.BatchMemory;
import org.memmpy.batch.Block;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Has batches gathered into memory of DJL's engine, so that nothing is copied again.
 *
 * <p>Arrays are made by a manager that nobody closes, one for each engine, and belong to no manager
 * until they are delivered. Were they attached to the consumer's manager while rows are written
 * into them, its {@code close} on another thread would free the memory under the writer; that
 * corrupted the heap when it was tried.
 */
final class EngineMemory implements BatchMemory {
    private static final Map<Engine, EngineMemory> OF_ENGINE = new ConcurrentHashMap<>();

    private final NDManager host;
    private final boolean aliased;

    /**
     * Makes the memory of an engine.
     *
     * @param host makes the arrays; on the CPU, never closed
     * @param aliased whether the engine's direct buffers are the arrays' own memory
     */
    EngineMemory(NDManager host, boolean aliased) {
        this.host = host;
        this.aliased = aliased;
    }

    /** {@return the memory of a manager's engine} */
    static EngineMemory of(NDManager manager) {
        return OF_ENGINE.computeIfAbsent(manager.getEngine(), EngineMemory::newMemory);
    }

    private static EngineMemory newMemory(Engine engine) {
        NDManager host = engine.newBaseManager(Device.cpu());
        host.setName("memmpy");
        // toByteBuffer(true) gives the others' contents in a copy, and does not say so
        return new EngineMemory(host, engine.getEngineName().equals("PyTorch"));
    }

    @Override
    public EngineSlot take(List<Block> blocks) {
        return take(DataTypes.of(blocks), Shapes.of(blocks));
    }

    /** {@return memory for arrays of any shape} */
    EngineSlot take(List<DataType> types, List<Shape> shapes) {
        return aliased ? new AliasedSlot(host, shapes, types) : new StagedSlot(host, shapes, types);
    }

    /** {@return what makes arrays of this memory; on the CPU, never closed} */
    NDManager host() {
        return host;
    }
}
