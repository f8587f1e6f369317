// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.DType.FLOAT32;
import static org.memmpy.batch.Column.column;

import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingGraphTrainer;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.evaluation.IEvaluation;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.evaluation.regression.RegressionEvaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.MultiNormalizerStandardize;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What drives an iterator in Deeplearning4j, beside {@code fit}: each in its own way. */
class TrainersTest extends WithNumbers {
    private MemmpyDataSetIterator.Builder scaled(int part) {
        return builder(part).feature(column("x").as(FLOAT32).scale(1.0 / 64).shift(-2));
    }

    private static MultiLayerNetwork classifier() {
        return network(WorkspaceMode.ENABLED, 2, Activation.SOFTMAX, LossFunction.MCXENT);
    }

    private static <T extends Model> EarlyStoppingConfiguration<T> stopping(
            DataSetLossCalculator score, int epochs) {
        return new EarlyStoppingConfiguration.Builder<T>()
                .epochTerminationConditions(new MaxEpochsTerminationCondition(epochs))
                .scoreCalculator(score)
                .modelSaver(new InMemoryModelSaver<>())
                .build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void earlyStoppingTrainsEpochAfterEpoch(boolean ring) {
        List<Double> firsts = new ArrayList<>();
        MemmpyDataSetIterator.Builder builder = scaled(0).shuffle(42);
        if (ring) {
            builder.memory(Memory.unsafeRing(1));
        }
        try (MemmpyDataSetIterator train =
                        builder.preProcessor(
                                        batch -> firsts.add(batch.getFeatures().getDouble(0, 0)))
                                .build();
                MemmpyDataSetIterator test = scaled(1).build()) {
            MultiLayerNetwork network = classifier();
            EarlyStoppingResult<MultiLayerNetwork> result =
                    new EarlyStoppingTrainer(
                                    stopping(new DataSetLossCalculator(test, true), 10),
                                    network,
                                    train)
                            .fit();
            assertEquals(
                    EarlyStoppingResult.TerminationReason.EpochTerminationCondition,
                    result.getTerminationReason());
            assertEquals(10, result.getTotalEpochs());
            assertEquals(160, firsts.size()); // ten epochs of 16 batches
            assertTrue(new TreeSet<>(firsts).size() > 60, "epochs in one order");
            assertTrue(
                    result.getScoreVsEpoch().get(9) < result.getScoreVsEpoch().get(0) / 2,
                    result.getScoreVsEpoch()::toString);
            Evaluation evaluation = result.getBestModel().evaluate(test);
            assertTrue(evaluation.accuracy() > 0.9, "accuracy " + evaluation.accuracy());
        }
    }

    /**
     * Each batch is fitted by one of several threads, which hold it while others are taken. No
     * collections are asked for: ND4J M2.1 frees what an operation reads if one comes while the
     * operation begins (deeplearning4j issue 9278), and with four threads on two cores that was
     * seen here. {@code AsyncWrapperTest} has batches collected that are held so.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aParallelWrapperTrains(int prefetch) {
        MultiLayerNetwork network = classifier();
        ParallelWrapper wrapper =
                new ParallelWrapper.Builder<>(network)
                        .workers(2)
                        .prefetchBuffer(prefetch)
                        .averagingFrequency(1)
                        .trainingMode(ParallelWrapper.TrainingMode.AVERAGING)
                        .build();
        try (MemmpyDataSetIterator train = scaled(0).shuffle(42).build();
                MemmpyDataSetIterator test = scaled(1).build()) {
            double before = network.score(test.next(400));
            for (int epoch = 0; epoch < 5; epoch++) {
                wrapper.fit(train);
                assertEquals(epoch, train.epoch());
                assertEquals(1600, train.stats().rows());
            }
            test.reset();
            double after = network.score(test.next(400));
            assertTrue(after < 0.8 * before, "loss %f, then %f".formatted(before, after));
        } finally {
            wrapper.shutdown();
        }
    }

    // ---- graphs

    /** Two inputs; a class and a sum. */
    private static ComputationGraph graph(WorkspaceMode mode) {
        ComputationGraph graph =
                new ComputationGraph(
                        new NeuralNetConfiguration.Builder()
                                .seed(3)
                                .updater(new Adam(0.05))
                                .trainingWorkspaceMode(mode)
                                .inferenceWorkspaceMode(mode)
                                .graphBuilder()
                                .addInputs("numbers", "total")
                                .addLayer(
                                        "hidden",
                                        new DenseLayer.Builder()
                                                .nIn(3)
                                                .nOut(16)
                                                .activation(Activation.TANH)
                                                .build(),
                                        "numbers",
                                        "total")
                                .addLayer(
                                        "kind",
                                        new OutputLayer.Builder(LossFunction.MCXENT)
                                                .nIn(16)
                                                .nOut(2)
                                                .activation(Activation.SOFTMAX)
                                                .build(),
                                        "hidden")
                                .addLayer(
                                        "sum",
                                        new OutputLayer.Builder(LossFunction.MSE)
                                                .nIn(16)
                                                .nOut(1)
                                                .activation(Activation.IDENTITY)
                                                .build(),
                                        "hidden")
                                .setOutputs("kind", "sum")
                                .build());
        graph.init();
        return graph;
    }

    private MemmpyMultiDataSetIterator.Builder tasks(int part) {
        return new MemmpyMultiDataSetIterator.Builder(store.table())
                .feature(column("x").as(FLOAT32))
                .feature(column("sum").as(FLOAT32))
                .label(column("same").oneHot(2))
                .label(column("sum").as(FLOAT32))
                .index(parts.get(part))
                .batchSize(100);
    }

    private static void assertTrained(ComputationGraph graph, MemmpyMultiDataSetIterator test) {
        test.reset();
        Map<Integer, IEvaluation<?>[]> results =
                graph.evaluate(
                        test,
                        Map.of(
                                0,
                                new IEvaluation<?>[] {new Evaluation(2)},
                                1,
                                new IEvaluation<?>[] {new RegressionEvaluation(1)}));
        Evaluation kinds = (Evaluation) results.get(0)[0];
        RegressionEvaluation sums = (RegressionEvaluation) results.get(1)[0];
        assertEquals(400, kinds.getNumRowCounter());
        assertTrue(kinds.accuracy() > 0.9, "accuracy " + kinds.accuracy());
        assertTrue(sums.rSquared(0) > 0.9, "R2 " + sums.rSquared(0));
    }

    @ParameterizedTest
    @EnumSource(names = {"ENABLED", "NONE"})
    void aGraphLearnsTwoTasksOfTwoInputs(WorkspaceMode mode) {
        ComputationGraph graph = graph(mode);
        try (MemmpyMultiDataSetIterator train = tasks(0).shuffle(42).build();
                MemmpyMultiDataSetIterator test = tasks(1).build()) {
            MultiNormalizerStandardize normalizer = new MultiNormalizerStandardize();
            normalizer.fit(train);
            train.setPreProcessor(normalizer);
            test.setPreProcessor(normalizer);
            graph.fit(train, 12);
            assertEquals(12, train.epoch()); // the normalizer read epoch 0
            assertTrained(graph, test);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void earlyStoppingTrainsAGraph(boolean ring) {
        ComputationGraph graph = graph(WorkspaceMode.ENABLED);
        Memory memory = ring ? Memory.unsafeRing(1) : Memory.recycled();
        try (MemmpyMultiDataSetIterator train =
                        tasks(0).feature(column("x").as(FLOAT32).scale(1.0 / 64).shift(-2))
                                .shuffle(42)
                                .memory(memory)
                                .preProcessor(
                                        batch ->
                                                batch.setFeatures(
                                                        new INDArray[] {
                                                            batch.getFeatures(2),
                                                            batch.getFeatures(1)
                                                        }))
                                .build();
                MemmpyMultiDataSetIterator test =
                        tasks(1).preProcessor(batch -> batch.getFeatures(0).divi(64).subi(2))
                                .build()) {
            EarlyStoppingResult<ComputationGraph> result =
                    new EarlyStoppingGraphTrainer(
                                    stopping(new DataSetLossCalculator(test, true), 12),
                                    graph,
                                    train,
                                    null)
                            .fit();
            assertEquals(12, result.getTotalEpochs());
            assertTrained(result.getBestModel(), test);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ENABLED", "NONE"})
    void sparseLabelsTrainAsOneHotOnesDo(WorkspaceMode mode) {
        List<INDArray> trained = new ArrayList<>();
        for (boolean sparse : new boolean[] {false, true}) {
            MultiLayerNetwork network =
                    new MultiLayerNetwork(
                            new NeuralNetConfiguration.Builder()
                                    .seed(3)
                                    .updater(new Adam(0.05))
                                    .trainingWorkspaceMode(mode)
                                    .list()
                                    .layer(new DenseLayer.Builder().nIn(2).nOut(8).build())
                                    .layer(
                                            (sparse
                                                            ? new OutputLayer.Builder(
                                                                    new LossSparseMCXENT())
                                                            : new OutputLayer.Builder(
                                                                    LossFunction.MCXENT))
                                                    .nIn(8)
                                                    .nOut(2)
                                                    .activation(Activation.SOFTMAX)
                                                    .build())
                                    .build());
            network.init();
            MemmpyDataSetIterator.Builder builder = scaled(0).shuffle(42);
            if (sparse) {
                builder.label(column("same"));
            }
            try (MemmpyDataSetIterator train = builder.build()) {
                network.fit(train, 2);
            }
            trained.add(network.params());
        }
        assertTrue(trained.get(0).equalsWithEps(trained.get(1), 1e-4), "other weights");
    }

    /**
     * Memory of batches before comes back between outputs, not while one is computed: see above.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void outputsOfAllBatchesStayRight(boolean inWorkspaces) {
        MultiLayerNetwork network =
                network(
                        inWorkspaces ? WorkspaceMode.ENABLED : WorkspaceMode.NONE,
                        2,
                        Activation.SOFTMAX,
                        LossFunction.MCXENT);
        try (MemmpyDataSetIterator test = scaled(1).prefetch(1).build()) {
            NormalizerStandardize normalizer = new NormalizerStandardize();
            normalizer.fit(test);
            test.setPreProcessor(
                    batch -> {
                        System.gc();
                        normalizer.preProcess(batch);
                    });
            INDArray all = network.output(test);
            assertEquals(400, all.size(0));
            test.reset();
            for (int at = 0; test.hasNext(); at += 100) {
                INDArray part = network.output(test.next().getFeatures());
                for (int i = 0; i < 100; i++) {
                    assertEquals(part.getDouble(i, 1), all.getDouble(at + i, 1), 1e-6);
                }
            }
        }
    }
}
