// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.memmpy.batch.Column.column;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.memmpy.dl4j.MemmpyDataSetIterator;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.index.Split;
import org.memmpy.store.Store;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Sequences of different lengths in Deeplearning4j: a ragged array whose batches are padded to
 * their longest row, with a mask that tells steps from padding.
 *
 * <pre>{@code mvn -q compile -pl samples -am -Dsample=Dl4jSequences}</pre>
 *
 * <p>Batches are made of rows of about equal length, so that there is little padding. {@link
 * DjlSequences} does the same in DJL.
 */
public final class Dl4jSequences {
    private static final long SEED = 42;
    private static final int BATCH = 32;

    private final Path path;
    private final Screen screen;

    Dl4jSequences(Path path, Screen screen) {
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
        Path path = Workplace.stores().resolve("gestures.memmpy");
        Workplace.deleteStore(path);
        Gestures.write(path, 6_000);
        new Dl4jSequences(path, Screen.standard()).train(5);
        System.exit(0); // ends the engine's threads too
    }

    /**
     * Trains a recurrent network.
     *
     * @param epochs how many
     * @return the share of the other rows whose kind is found
     */
    double train(int epochs) throws IOException {
        screen.line("Which movement is it? Sequences of different lengths with Deeplearning4j");
        screen.blank();
        MultiLayerNetwork network = network();
        try (Store store = Store.open(path)) {
            Split rows = RowIndex.all(store.table().rows()).split(SEED, 0.8, 0.2);
            Order byLength = Order.bucketed(SEED, store.ragged("steps"), BATCH, 16);
            MemmpyDataSetIterator.Builder gestures =
                    new MemmpyDataSetIterator.Builder(store.table())
                            // [rows, 3, steps], and a mask of [rows, steps]
                            .featureSequence(column("steps").padToLongest())
                            .label(column("kind").oneHot(Gestures.KINDS))
                            .batchSize(BATCH);
            try (MemmpyDataSetIterator shuffled =
                            gestures.index(rows.train()).shuffle(SEED).build();
                    MemmpyDataSetIterator train = gestures.order(byLength).build();
                    MemmpyDataSetIterator valid = gestures.index(rows.valid()).build()) {
                screen.fact(
                        "padding",
                        "%.0f %% of shuffled batches, %.0f %% of batches of rows of like length",
                        100 * padding(shuffled),
                        100 * padding(train));
                network.fit(train, epochs);
                double accuracy = network.evaluate(valid).accuracy();
                screen.fact("accuracy", "%.1f %% of movements not trained on", 100 * accuracy);
                return accuracy;
            }
        } finally {
            network.close();
        }
    }

    private static double padding(MemmpyDataSetIterator batches) {
        double steps = 0;
        long places = 0;
        while (batches.hasNext()) {
            INDArray mask = batches.next().getFeaturesMaskArray();
            steps += mask.sumNumber().doubleValue();
            places += mask.length();
        }
        return 1 - steps / places;
    }

    private static MultiLayerNetwork network() {
        MultiLayerNetwork network =
                new MultiLayerNetwork(
                        new NeuralNetConfiguration.Builder()
                                .seed(SEED)
                                .updater(new Adam(0.01))
                                .list()
                                .layer(
                                        new LSTM.Builder()
                                                .nOut(16)
                                                .activation(Activation.TANH)
                                                .build())
                                // leaves padding out, as the mask says
                                .layer(new GlobalPoolingLayer(PoolingType.AVG))
                                .layer(
                                        new OutputLayer.Builder(LossFunction.MCXENT)
                                                .nOut(Gestures.KINDS)
                                                .activation(Activation.SOFTMAX)
                                                .build())
                                .setInputType(InputType.recurrent(Gestures.NUMBERS))
                                .build());
        network.init();
        return network;
    }
}
