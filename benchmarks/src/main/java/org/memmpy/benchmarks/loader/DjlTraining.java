// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import ai.djl.Model;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import ai.djl.translate.TranslateException;

import org.memmpy.batch.LoaderStats;
import org.memmpy.djl.MemmpyDataset;
import org.memmpy.store.Table;

import java.io.IOException;

/** Trains a small convolutional network on {@link Images} with DJL, whose data is memmpy's. */
final class DjlTraining implements AutoCloseable {
    private final MemmpyDataset images;
    private final Model model;
    private final Trainer trainer;

    DjlTraining(Table table) {
        images =
                MemmpyDataset.builder()
                        .setTable(table)
                        .addFeature(Images.pixels())
                        .addLabel(Images.classes())
                        .setSampling(Images.BATCH, true, true)
                        .build();
        model = Model.newInstance("small");
        model.setBlock(network());
        trainer = model.newTrainer(new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()));
        trainer.initialize(new Shape(1, 1, Images.SIDE, Images.SIDE));
    }

    private static Block network() {
        return new SequentialBlock()
                .add(convolution(8))
                .add(Activation::relu)
                .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
                .add(convolution(16))
                .add(Activation::relu)
                .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
                .add(Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(Images.CLASSES).build());
    }

    private static Block convolution(int filters) {
        return Conv2d.builder().setKernelShape(new Shape(5, 5)).setFilters(filters).build();
    }

    /** {@return how an epoch went} */
    LoaderStats epoch() throws IOException {
        try {
            for (Batch batch : trainer.iterateDataset(images)) {
                try (batch) {
                    EasyTrain.trainBatch(trainer, batch);
                    trainer.step();
                }
            }
        } catch (TranslateException e) {
            throw new IOException(e);
        }
        return images.stats();
    }

    @Override
    public void close() {
        trainer.close();
        model.close();
    }
}
