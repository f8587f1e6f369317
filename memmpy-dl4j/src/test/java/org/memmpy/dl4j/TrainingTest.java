// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.DType.FLOAT32;
import static org.memmpy.batch.Column.column;

import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.evaluation.regression.RegressionEvaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Networks learn from a table. */
class TrainingTest extends WithNumbers {
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
