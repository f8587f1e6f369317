// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.memmpy.batch.Column.column;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.memmpy.dl4j.MemmpyDataSetIterator;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Store;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

import java.io.IOException;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;

/**
 * A table in Deeplearning4j: a cut chooses rows, k-fold cross-validation says how well a network
 * does on them.
 *
 * <pre>{@code mvn -q compile -pl samples -am -Dsample=Dl4jTable}</pre>
 *
 * <p>Neither cut nor folds copy a row: they are lists of row numbers. {@link DjlTable} does the
 * same in DJL.
 */
public final class Dl4jTable {
    private final Path path;
    private final Screen screen;

    Dl4jTable(Path path, Screen screen) {
        this.path = path;
        this.screen = screen;
    }

    /**
     * Runs the sample.
     *
     * @param args none
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        Engines.useOneThread();
        Path path = Workplace.stores().resolve("customers.memmpy");
        Workplace.deleteStore(path);
        Customers.write(path, 20_000);
        new Dl4jTable(path, Screen.standard()).crossValidate(5, 4);
        System.exit(0); // ends the engine's threads too
    }

    /**
     * Trains and judges a network for each fold.
     *
     * @param k how many folds
     * @param epochs of each training
     * @return the accuracies
     */
    DoubleSummaryStatistics crossValidate(int k, int epochs) throws IOException {
        try (Store store = Store.open(path)) {
            return CrossValidation.run(
                    "Deeplearning4j",
                    store,
                    k,
                    (train, valid) -> accuracy(store, train, valid, epochs),
                    screen);
        }
    }

    private static double accuracy(Store store, RowIndex train, RowIndex valid, int epochs) {
        MemmpyDataSetIterator.Builder customers =
                new MemmpyDataSetIterator.Builder(store.table())
                        .feature(Customers.usage(store.table()))
                        .label(column("left").oneHot(2))
                        .batchSize(64)
                        .shuffle(Customers.SEED);
        MultiLayerNetwork network = network();
        try (MemmpyDataSetIterator training = customers.index(train).build();
                MemmpyDataSetIterator judging = customers.index(valid).build()) {
            network.fit(training, epochs);
            return network.evaluate(judging).accuracy();
        } finally {
            network.close();
        }
    }

    /** {@return a network that has learnt nothing, the same each time} */
    static MultiLayerNetwork network() {
        MultiLayerNetwork network =
                new MultiLayerNetwork(
                        new NeuralNetConfiguration.Builder()
                                .seed(Customers.SEED)
                                .updater(new Adam(0.01))
                                .list()
                                .layer(
                                        new DenseLayer.Builder()
                                                .nIn(Customers.NUMBERS)
                                                .nOut(16)
                                                .activation(Activation.RELU)
                                                .build())
                                .layer(
                                        new OutputLayer.Builder(LossFunction.MCXENT)
                                                .nOut(2)
                                                .activation(Activation.SOFTMAX)
                                                .build())
                                .build());
        network.init();
        return network;
    }
}
