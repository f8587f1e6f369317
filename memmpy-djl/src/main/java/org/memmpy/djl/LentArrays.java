// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import org.memmpy.batch.Block;
import org.memmpy.batch.MiniBatch;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Arrays over the memory of a minibatch, which is given back when their batch is closed. */
final class LentArrays implements HeldArrays {
    /** Of the minibatch in the manager of its batch; no array is called so. */
    private static final String KEY = "memmpy minibatch";

    private final Runnable memory;
    private final List<NDArray> arrays;
    private boolean given;

    /**
     * Makes the arrays.
     *
     * @param host of the engine, on the CPU
     * @param batch in memory of its loader
     * @param memory gives the batch back; called by whatever thread closes DJL's batch, and once
     *     more if that happens while the batch is made
     */
    LentArrays(NDManager host, MiniBatch batch, Runnable memory) {
        this.memory = memory;
        List<Block> blocks = new ArrayList<>(batch.columns());
        List<MemorySegment> segments = new ArrayList<>(batch.columns());
        for (int c = 0; c < batch.columns(); c++) {
            blocks.add(new Block(batch.rowType(c), batch.shape(c)[0]));
            segments.add(batch.segment(c));
        }
        this.arrays = Unowned.over(host, segments, Shapes.of(blocks), DataTypes.of(blocks));
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
        manager.attachInternal(KEY, memory::run);
        given = true;
    }

    @Override
    public void takeBack() {
        given = false; // whether the manager has given it back, or has overlooked it
    }

    @Override
    public void release() {
        if (!given) {
            arrays.forEach(NDArray::close);
            memory.run();
        }
    }
}
