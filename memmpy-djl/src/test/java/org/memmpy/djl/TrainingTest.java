// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.DType.FLOAT32;
import static org.memmpy.batch.Column.column;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.EvaluatorTrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.index.RowIndex;
import org.memmpy.index.Split;
import org.memmpy.store.Store;

import java.nio.file.Path;
import java.util.Random;

/** A small network learns from a store. */
@ExtendWith(NoLoaderThreads.class)
class TrainingTest {
    private static final int ROWS = 3000;
    private static final int PIXELS = 64;
    private static final int CLASSES = 4;

    @TempDir private Path dir;

    /** Noise, in which a quarter of the pixels, that of the class, is brighter. */
    private Path createImages() throws Exception {
        Random random = new Random(1);
        byte[] images = new byte[ROWS * PIXELS];
        int[] labels = new int[ROWS];
        random.nextBytes(images);
        for (int row = 0; row < ROWS; row++) {
            labels[row] = random.nextInt(CLASSES);
            for (int i = 0; i < PIXELS; i++) {
                boolean bright = i / (PIXELS / CLASSES) == labels[row];
                int at = row * PIXELS + i;
                images[at] = (byte) ((images[at] & 0x7f) + (bright ? 0x40 : 0));
            }
        }
        Path path = dir.resolve("images.memmpy");
        try (Store store = Store.create(path)) {
            store.array("image", DType.UINT8, 8, 8).append(images);
            store.array("label", DType.INT32).append(labels);
            store.commit();
        }
        return path;
    }

    private static MemmpyDataset dataset(Store store, RowIndex rows, boolean oneHot) {
        return MemmpyDataset.builder()
                .setTable(store.table())
                .addFeature(column("image").as(FLOAT32).scale(1.0 / 255))
                .addLabel(oneHot ? column("label").oneHot(CLASSES) : column("label"))
                .optIndex(rows)
                .setSampling(32, true)
                .optSeed(42)
                .build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aNetworkLearns(boolean oneHot) throws Exception {
        Engine.getInstance().setRandomSeed(7);
        try (Store store = Store.open(createImages());
                Model model = Model.newInstance("small")) {
            Split rows = RowIndex.all(ROWS).split(42, 0.8, 0.1, 0.1);
            model.setBlock(
                    new SequentialBlock()
                            .add(Blocks.batchFlattenBlock(PIXELS))
                            .add(Linear.builder().setUnits(16).build())
                            .add(Activation::relu)
                            .add(Linear.builder().setUnits(CLASSES).build()));
            DefaultTrainingConfig config =
                    new DefaultTrainingConfig(
                                    Loss.softmaxCrossEntropyLoss("loss", 1, -1, !oneHot, true))
                            .optOptimizer(Optimizer.adam().build())
                            .addTrainingListeners(new EvaluatorTrainingListener());
            if (!oneHot) {
                config.addEvaluator(new Accuracy());
            }
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(1, 8, 8));
                EasyTrain.fit(
                        trainer,
                        3,
                        dataset(store, rows.train(), oneHot),
                        dataset(store, rows.valid(), oneHot));
                if (oneHot) {
                    float loss = trainer.getTrainingResult().getValidateLoss();
                    assertTrue(loss < 0.2, "loss " + loss);
                } else {
                    float share = trainer.getTrainingResult().getValidateEvaluation("Accuracy");
                    assertTrue(share > 0.95, "accuracy " + share);
                }
            }
        }
    }

    /** As EasyTrain does it; DJL refuses a Trainer with one device twice, and here is no other. */
    @Test
    void partsOfABatchTrainOnDevicesOfTheirOwn() throws Exception {
        Device[] devices = {Device.cpu(), Device.cpu()};
        try (Store store = Store.open(createImages());
                Model model = Model.newInstance("small")) {
            model.setBlock(
                    new SequentialBlock()
                            .add(Blocks.batchFlattenBlock(PIXELS))
                            .add(Linear.builder().setUnits(CLASSES).build()));
            Loss loss = Loss.softmaxCrossEntropyLoss();
            try (Trainer trainer = model.newTrainer(new DefaultTrainingConfig(loss))) {
                trainer.initialize(new Shape(1, 8, 8));
                int rows = 0;
                for (Batch batch :
                        trainer.iterateDataset(dataset(store, RowIndex.all(96), false))) {
                    try (batch) {
                        try (GradientCollector collector = trainer.newGradientCollector()) {
                            for (Batch part : batch.split(devices, false)) {
                                NDList answers = trainer.forward(part.getData(), part.getLabels());
                                collector.backward(loss.evaluate(part.getLabels(), answers));
                                rows += part.getSize();
                            }
                        }
                        trainer.step();
                    }
                }
                assertEquals(96, rows);
            }
        }
    }

    @Test
    void aTrainerThatStopsEarlyLeavesNoThread() throws Exception {
        try (Store store = Store.open(createImages());
                Model model = Model.newInstance("small")) {
            model.setBlock(new SequentialBlock().add(Linear.builder().setUnits(1).build()));
            try (Trainer trainer = model.newTrainer(new DefaultTrainingConfig(Loss.l2Loss()))) {
                MemmpyDataset dataset = dataset(store, RowIndex.all(ROWS), false);
                trainer.iterateDataset(dataset).iterator().next().close();
            }
        }
    }
}
