// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.memmpy.batch.Column.column;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.memmpy.batch.Column;
import org.memmpy.dl4j.MemmpyDataSetIterator;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Table;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The network in Deeplearning4j. */
final class Dl4jClassifier implements Classifier {
    private final Table table;
    private final Column image;
    private final RowIndex validRows;
    private final MemmpyDataSetIterator train;
    private final MultiLayerNetwork network;

    /** As {@link DjlClassifier#DjlClassifier}. */
    Dl4jClassifier(
            Table table, Column image, RowIndex trainRows, RowIndex validRows, int batchSize) {
        this.table = table;
        this.image = image;
        this.validRows = validRows;
        this.train = images(trainRows).batchSize(batchSize).shuffle(SEED).build();
        this.network = new MultiLayerNetwork(configuration());
        network.init();
    }

    private MemmpyDataSetIterator.Builder images(RowIndex rows) {
        return new MemmpyDataSetIterator.Builder(table)
                .feature(image.flatten())
                .label(column("label").oneHot(FashionImages.CLASSES))
                .index(rows);
    }

    private static MultiLayerConfiguration configuration() {
        return new NeuralNetConfiguration.Builder()
                .seed(SEED)
                .weightInit(WeightInit.RELU)
                .updater(new Adam(0.001))
                .list()
                .layer(new DenseLayer.Builder().nOut(HIDDEN).activation(Activation.RELU).build())
                .layer(
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(FashionImages.CLASSES)
                                .activation(Activation.SOFTMAX)
                                .build())
                .setInputType(InputType.feedForward(28 * 28))
                .build();
    }

    @Override
    public String engine() {
        return "Deeplearning4j";
    }

    @Override
    public EpochResult trainEpoch(Screen.Progress progress) throws IOException {
        Visits visits = new Visits();
        double loss = 0;
        train.reset(); // after a completed pass: on to the next epoch
        while (train.hasNext()) {
            DataSet batch = train.next();
            visits.add(pixels(batch), batch.getLabels().argMax(1).toLongVector());
            network.fit(batch);
            loss += network.score() * batch.numExamples();
            progress.step(batch.numExamples());
        }
        return new EpochResult(
                loss / train.stats().rows(), accuracy(validRows), train.stats(), visits);
    }

    private static ByteBuffer pixels(DataSet batch) {
        return batch.getFeatures().data().asNio();
    }

    @Override
    public double accuracy(RowIndex rows) {
        try (MemmpyDataSetIterator images = images(rows).batchSize(1000).build()) {
            return network.evaluate(images).accuracy();
        }
    }

    @Override
    public double loss(RowIndex rows) {
        double sum = 0;
        try (MemmpyDataSetIterator images = images(rows).batchSize(1000).build()) {
            while (images.hasNext()) {
                DataSet batch = images.next();
                sum += network.score(batch) * batch.numExamples();
            }
        }
        return sum / rows.size();
    }

    @Override
    public void close() {
        train.close();
        network.close();
    }
}
