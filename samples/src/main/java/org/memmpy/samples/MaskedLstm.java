// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;

/**
 * A DJL block of an LSTM and a layer of classes, which are decided by the mean of the LSTM's states
 * at real steps: what it has made of padding is left out.
 *
 * <p>Inputs: sequences {@code (rows, steps, numbers)} and their mask {@code (rows, steps)}.
 */
final class MaskedLstm extends AbstractBlock {
    private final int units;
    private final int classes;
    private final LSTM lstm;
    private final Linear output;

    MaskedLstm(int units, int classes) {
        this.units = units;
        this.classes = classes;
        this.lstm =
                addChildBlock(
                        "lstm",
                        LSTM.builder()
                                .setStateSize(units)
                                .setNumLayers(1)
                                .optBatchFirst(true)
                                .build());
        this.output = addChildBlock("output", Linear.builder().setUnits(classes).build());
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray mask = inputs.get(1).expandDims(2);
        NDArray states = lstm.forward(parameters, new NDList(inputs.get(0)), training).head();
        NDArray mean = states.mul(mask).sum(new int[] {1}).div(mask.sum(new int[] {1}));
        return output.forward(parameters, new NDList(mean), training);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
        lstm.initialize(manager, type, inputs[0]);
        output.initialize(manager, type, new Shape(inputs[0].get(0), units));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return new Shape[] {new Shape(inputs[0].get(0), classes)};
    }
}
