// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.memmpy.RowType;
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
        for (Block block : blocks) {
            if (block.bytes() > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "a batch of %,d times %s exceeds the 2,147,483,647 bytes that an array may have in DJL. Use smaller batches, or cut rows with padTo(n)"
                                .formatted(block.count(), block.item()));
            }
        }
        return take(
                blocks.stream().map(Block::item).toList(),
                blocks.stream().map(block -> new Shape(block.shape())).toList());
    }

    /** {@return memory for one row, whose arrays have no batch axis} */
    EngineSlot takeRecord(List<RowType> columns) {
        return take(columns, columns.stream().map(c -> new Shape(c.shape())).toList());
    }

    private EngineSlot take(List<RowType> columns, List<Shape> shapes) {
        List<DataType> types = columns.stream().map(c -> DataTypes.of(c.dtype())).toList();
        return aliased ? new AliasedSlot(host, shapes, types) : new StagedSlot(shapes, types);
    }
}
