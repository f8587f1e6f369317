// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.DType.FLOAT32;
import static org.memmpy.batch.Column.column;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.batch.Column;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Recurrent and convolution layers learn from the layouts that they want: the sign of the last step
 * of a sequence, the signs of all its steps, and whether an image is bright in one channel or in
 * the other.
 */
@ExtendWith(OneEngineThread.class)
class LayersTest {
    private static final int ROWS = 400;
    private static final int SIDE = 6;

    @TempDir Path folder;
    private Store store;
    private int allSteps;

    @BeforeEach
    void write() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        Path path = folder.resolve("layers.memmpy");
        try (Store writer = Store.create(path, StoreOption.NO_FORCE)) {
            RaggedArray steps = writer.ragged("steps", RaggedType.of(FLOAT32));
            RaggedArray signs = writer.ragged("signs", RaggedType.of(DType.UINT8));
            byte[] last = new byte[ROWS];
            byte[] bright = new byte[ROWS];
            float[] first = new float[ROWS * 2 * SIDE * SIDE];
            float[] behind = new float[first.length];
            for (int r = 0; r < ROWS; r++) {
                float[] row = new float[1 + random.nextInt(6)];
                byte[] sign = new byte[row.length];
                for (int t = 0; t < row.length; t++) {
                    row[t] = random.nextBoolean() ? 1 : -1;
                    sign[t] = (byte) (row[t] > 0 ? 1 : 0);
                    last[r] = sign[t];
                }
                steps.append(row);
                signs.append(sign);
                allSteps += row.length;
                bright[r] = (byte) random.nextInt(2);
                for (int p = 0; p < SIDE * SIDE; p++) {
                    for (int c = 0; c < 2; c++) {
                        float pixel = (float) random.nextDouble() + (c == bright[r] ? 0.5f : 0);
                        first[(r * 2 + c) * SIDE * SIDE + p] = pixel;
                        behind[(r * SIDE * SIDE + p) * 2 + c] = pixel;
                    }
                }
            }
            writer.array("last", DType.UINT8).append(last);
            writer.array("bright", DType.UINT8).append(bright);
            writer.array("nchw", FLOAT32, 2, SIDE, SIDE).append(first);
            writer.array("nhwc", FLOAT32, SIDE, SIDE, 2).append(behind);
            writer.commit();
        }
        store = Store.open(path);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static MultiLayerNetwork network(WorkspaceMode mode, InputType input, Layer... layers) {
        NeuralNetConfiguration.ListBuilder list =
                new NeuralNetConfiguration.Builder()
                        .seed(3)
                        .updater(new Adam(0.03))
                        .trainingWorkspaceMode(mode)
                        .inferenceWorkspaceMode(mode)
                        .list();
        for (Layer layer : layers) {
            list.layer(layer);
        }
        MultiLayerNetwork network = new MultiLayerNetwork(list.setInputType(input).build());
        network.init();
        return network;
    }

    private MemmpyDataSetIterator.Builder batches() {
        return new MemmpyDataSetIterator.Builder(store.table()).batchSize(50).shuffle(1);
    }

    /** Far from what real steps are: who takes it for one learns nothing. */
    private static Column padded(boolean longest) {
        Column steps = column("steps");
        return (longest ? steps.padToLongest() : steps.padTo(6)).fillPadding(30);
    }

    @ParameterizedTest
    @CsvSource({"ENABLED,false", "ENABLED,true", "NONE,false"})
    void theLastRealStepIsLearnt(WorkspaceMode mode, boolean longest) {
        MultiLayerNetwork network =
                network(
                        mode,
                        InputType.recurrent(1),
                        new LastTimeStep(
                                new LSTM.Builder().nOut(6).activation(Activation.TANH).build()),
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build());
        try (MemmpyDataSetIterator train =
                batches()
                        .featureSequence(padded(longest))
                        .label(column("last").oneHot(2))
                        .build()) {
            network.fit(train, 8);
            Evaluation evaluation = network.evaluate(train);
            assertEquals(ROWS, evaluation.getNumRowCounter());
            assertTrue(evaluation.accuracy() > 0.95, "accuracy " + evaluation.accuracy());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ENABLED", "NONE"})
    void everyRealStepIsLearntAndNoOtherCounts(WorkspaceMode mode) {
        MultiLayerNetwork network =
                network(
                        mode,
                        InputType.recurrent(1),
                        new LSTM.Builder().nOut(6).activation(Activation.TANH).build(),
                        new RnnOutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build());
        try (MemmpyDataSetIterator train =
                batches()
                        .featureSequence(padded(true))
                        .labelSequence(column("signs").padToLongest().oneHot(2))
                        .build()) {
            assertEquals(2, train.totalOutcomes());
            network.fit(train, 8);
            Evaluation evaluation = network.evaluate(train);
            assertEquals(allSteps, evaluation.getNumRowCounter());
            assertTrue(evaluation.accuracy() > 0.95, "accuracy " + evaluation.accuracy());
        }
    }

    @ParameterizedTest
    @CsvSource({"NCHW,ENABLED", "NHWC,ENABLED", "NHWC,NONE"})
    void imagesAreLearntInTheLayoutThatIsStored(CNN2DFormat format, WorkspaceMode mode) {
        MultiLayerNetwork network =
                network(
                        mode,
                        InputType.convolutional(SIDE, SIDE, 2, format),
                        new ConvolutionLayer.Builder(3, 3)
                                .nOut(4)
                                .activation(Activation.RELU)
                                .dataFormat(format)
                                .build(),
                        new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.AVG)
                                .kernelSize(2, 2)
                                .stride(2, 2)
                                .dataFormat(format)
                                .build(),
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build());
        boolean first = format == CNN2DFormat.NCHW;
        try (MemmpyDataSetIterator train =
                batches()
                        .feature(column(first ? "nchw" : "nhwc"))
                        .label(column("bright").oneHot(2))
                        .build()) {
            assertArrayEquals(
                    first ? new long[] {50, 2, SIDE, SIDE} : new long[] {50, SIDE, SIDE, 2},
                    train.next().getFeatures().shape());
            train.reset();
            network.fit(train, 6);
            Evaluation evaluation = network.evaluate(train);
            assertTrue(evaluation.accuracy() > 0.95, "accuracy " + evaluation.accuracy());
        }
    }
}
