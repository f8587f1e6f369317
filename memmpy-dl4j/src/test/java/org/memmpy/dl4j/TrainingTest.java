// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.DType.FLOAT32;
import static org.memmpy.batch.Column.column;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.DType;
import org.memmpy.index.RowIndex;
import org.memmpy.index.Split;
import org.memmpy.store.Store;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.evaluation.regression.RegressionEvaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.nativeblas.NativeOpsHolder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Networks learn from a table: bytes of two numbers, whether they are in the same half, and their
 * sum.
 */
class TrainingTest {
    private static final int ROWS = 2000;

    @TempDir Path folder;
    private Store store;
    private Split parts;
    private static int threads;

    /** On cores that others use too, OpenMP's threads spin for each other many times longer. */
    @BeforeAll
    static void oneThread() {
        Nd4jArrays.requireCpu(); // loads ND4J, which NativeOpsHolder by itself does not
        threads = NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
    }

    @AfterAll
    static void allThreads() {
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
    }

    @BeforeEach
    void write() throws IOException {
        SplittableRandom random = new SplittableRandom(11);
        byte[] x = new byte[2 * ROWS];
        int[] same = new int[ROWS];
        double[] sum = new double[ROWS];
        for (int r = 0; r < ROWS; r++) {
            int a = random.nextInt(256);
            int b = random.nextInt(256);
            x[2 * r] = (byte) a;
            x[2 * r + 1] = (byte) b;
            same[r] = (a < 128) == (b < 128) ? 1 : 0;
            sum[r] = (a + b) / 512.0;
        }
        Path path = folder.resolve("numbers.memmpy");
        try (Store writer = Store.create(path)) {
            writer.array("x", DType.UINT8, 2).append(x);
            writer.array("same", DType.INT32).append(same);
            writer.array("sum", DType.FLOAT64).append(sum);
            writer.commit();
        }
        store = Store.open(path);
        parts = RowIndex.all(ROWS).split(1, 0.8, 0.2);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private MemmpyDataSetIterator.Builder builder(int part) {
        return new MemmpyDataSetIterator.Builder(store.table())
                .feature(column("x").as(FLOAT32))
                .label(column("same").oneHot(2))
                .index(parts.get(part))
                .batchSize(100)
                .labels(List.of("apart", "together"));
    }

    private static MultiLayerNetwork network(
            WorkspaceMode mode, int outputs, Activation activation, LossFunction loss) {
        MultiLayerNetwork network =
                new MultiLayerNetwork(
                        new NeuralNetConfiguration.Builder()
                                .seed(3)
                                .updater(new Adam(0.05))
                                .trainingWorkspaceMode(mode)
                                .inferenceWorkspaceMode(mode)
                                .list()
                                .layer(
                                        new DenseLayer.Builder()
                                                .nIn(2)
                                                .nOut(16)
                                                .activation(Activation.TANH)
                                                .build())
                                .layer(
                                        new OutputLayer.Builder(loss)
                                                .nIn(16)
                                                .nOut(outputs)
                                                .activation(activation)
                                                .build())
                                .build());
        network.init();
        return network;
    }

    @ParameterizedTest
    @EnumSource(names = {"ENABLED", "NONE"})
    void aClassifierLearns(WorkspaceMode mode) {
        MultiLayerNetwork network = network(mode, 2, Activation.SOFTMAX, LossFunction.MCXENT);
        try (MemmpyDataSetIterator train = builder(0).shuffle(42).build();
                MemmpyDataSetIterator test = builder(1).build()) {
            NormalizerStandardize normalizer = new NormalizerStandardize();
            normalizer.fit(train);
            train.setPreProcessor(normalizer);
            test.setPreProcessor(normalizer);

            Evaluation before = network.evaluate(test);
            network.fit(train, 12);
            Evaluation after = network.evaluate(test);

            assertTrue(before.accuracy() < 0.8, "untrained: " + before.accuracy());
            assertTrue(after.accuracy() > 0.93, "trained: " + after.accuracy());
            assertEquals(400, after.getNumRowCounter());
            assertEquals("together", after.getLabelsList().get(1));
            assertEquals(12, train.epoch()); // the normalizer read epoch 0, fit 1 to 12
        }
    }

    @Test
    void aRegressionLearns() {
        MultiLayerNetwork network =
                network(WorkspaceMode.ENABLED, 1, Activation.IDENTITY, LossFunction.MSE);
        try (MemmpyDataSetIterator train =
                builder(0)
                        .feature(column("x").as(FLOAT32).scale(1.0 / 255))
                        .label(column("sum"))
                        .labels(List.of("sum"))
                        .shuffle(42)
                        .build()) {
            network.fit(train, 12);
            RegressionEvaluation fit = network.evaluateRegression(train);
            assertTrue(fit.rSquared(0) > 0.98, "R2 " + fit.rSquared(0));
        }
    }

    @Test
    void fitReadsOneEpochAfterAnother() {
        List<Double> firsts = new ArrayList<>();
        MultiLayerNetwork network =
                network(WorkspaceMode.ENABLED, 2, Activation.SOFTMAX, LossFunction.MCXENT);
        try (MemmpyDataSetIterator train =
                        builder(0)
                                .batchSize(800)
                                .shuffle(42)
                                .preProcessor(batch -> firsts.add(weighted(batch.getFeatures())))
                                .build();
                MemmpyDataSetIterator same = builder(0).batchSize(800).shuffle(42).build()) {
            network.fit(train, 3);
            assertEquals(2, train.epoch());
            List<Double> expected = new ArrayList<>();
            for (int epoch = 0; epoch < 3; epoch++) {
                while (same.hasNext()) {
                    expected.add(weighted(same.next().getFeatures()));
                }
                same.reset();
            }
            assertEquals(expected, firsts);
            assertEquals(6, new TreeSet<>(firsts).size());
        }
    }

    /** A number that tells orders apart. */
    private static double weighted(INDArray features) {
        double sum = 0;
        for (int i = 0; i < features.rows(); i++) {
            sum += (i + 1) * features.getDouble(i, 0);
        }
        return sum;
    }

    @Test
    void aPreProcessorSeesCopiesOnly() {
        try (MemmpyDataSetIterator train = builder(0).build()) {
            NormalizerStandardize normalizer = new NormalizerStandardize();
            normalizer.fit(train);
            train.setPreProcessor(normalizer);
            List<INDArray> first = new ArrayList<>();
            train.forEachRemaining(batch -> first.add(batch.getFeatures()));
            train.reset();
            double sum = 0;
            for (INDArray expected : first) {
                INDArray again = train.next().getFeatures();
                assertEquals(expected, again);
                sum += again.sumNumber().doubleValue();
            }
            assertEquals(0, sum / (2 * 1600), 1e-3);
        }
    }
}
