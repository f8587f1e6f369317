// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.memmpy.batch.LoaderStats;
import org.memmpy.dl4j.MemmpyDataSetIterator;
import org.memmpy.store.Table;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** As {@link DjlTraining}, with Deeplearning4j: the same layers. */
final class Dl4jTraining implements AutoCloseable {
    private final MemmpyDataSetIterator images;
    private final MultiLayerNetwork network;

    Dl4jTraining(Table table) {
        images =
                new MemmpyDataSetIterator.Builder(table)
                        .feature(Images.pixels())
                        .label(Images.classes().oneHot(Images.CLASSES))
                        .batchSize(Images.BATCH)
                        .shuffle(1)
                        .build();
        network = new MultiLayerNetwork(configuration());
        network.init();
    }

    private static MultiLayerConfiguration configuration() {
        return new NeuralNetConfiguration.Builder()
                .seed(42)
                .updater(new Adam(0.001))
                .activation(Activation.RELU)
                .list()
                .layer(new ConvolutionLayer.Builder(5, 5).nOut(8).build())
                .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
                .layer(new ConvolutionLayer.Builder(5, 5).nOut(16).build())
                .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
                .layer(
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(Images.CLASSES)
                                .activation(Activation.SOFTMAX)
                                .build())
                .setInputType(InputType.convolutional(Images.SIDE, Images.SIDE, 1))
                .build();
    }

    /** {@return how an epoch went} */
    LoaderStats epoch() {
        network.fit(images); // goes on to the next epoch if the one before was completed
        return images.stats();
    }

    @Override
    public void close() {
        images.close();
        network.close();
    }
}
