// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.memmpy.DType.INT64;
import static org.memmpy.batch.Column.column;

import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.TrainingConfig;
import ai.djl.training.dataset.Batch;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.evaluator.Evaluator;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;

import org.memmpy.batch.Column;
import org.memmpy.djl.MemmpyDataset;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Table;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The network in DJL, by the PyTorch engine. */
final class DjlClassifier implements Classifier {
    private final Table table;
    private final Column image;
    private final RowIndex validRows;
    private final MemmpyDataset train;
    private final Model model;
    private final Trainer trainer;

    /**
     * Starts with random weights.
     *
     * @param table with the images, and their classes as {@code label}
     * @param image delivers 28 by 28 float32, 0 to 1
     * @param trainRows what to learn from
     * @param validRows what to be judged by after each epoch
     * @param batchSize the rows of a batch
     */
    DjlClassifier(
            Table table, Column image, RowIndex trainRows, RowIndex validRows, int batchSize) {
        this.table = table;
        this.image = image;
        this.validRows = validRows;
        this.train = images(trainRows).setSampling(batchSize, true).optSeed(SEED).build();
        this.model = Model.newInstance("fashion");
        model.getNDManager().getEngine().setRandomSeed((int) SEED);
        model.setBlock(
                new SequentialBlock()
                        .add(Blocks.batchFlattenBlock(28 * 28))
                        .add(Linear.builder().setUnits(HIDDEN).build())
                        .add(Activation::relu)
                        .add(Linear.builder().setUnits(FashionImages.CLASSES).build()));
        this.trainer = model.newTrainer(config());
        trainer.initialize(new Shape(1, 28, 28));
    }

    private MemmpyDataset.Builder images(RowIndex rows) {
        return MemmpyDataset.builder()
                .setTable(table)
                .addFeature(image)
                .addLabel(column("label").as(INT64))
                .optIndex(rows);
    }

    private static TrainingConfig config() {
        return new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(
                        Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.001f)).build())
                .addTrainingListeners(TrainingListener.Defaults.basic());
    }

    @Override
    public String engine() {
        return "DJL";
    }

    @Override
    public EpochResult trainEpoch(Screen.Progress progress) throws IOException {
        Visits visits = new Visits();
        try {
            for (Batch batch : trainer.iterateDataset(train)) {
                try (batch) {
                    visits.add(pixels(batch), labels(batch));
                    EasyTrain.trainBatch(trainer, batch);
                    trainer.step();
                    progress.step(batch.getSize());
                }
            }
        } catch (TranslateException e) {
            throw new IOException("DJL: " + e.getMessage(), e);
        }
        trainer.notifyListeners(listener -> listener.onEpoch(trainer));
        return new EpochResult(
                trainer.getTrainingResult().getTrainLoss(),
                accuracy(validRows),
                train.stats(),
                visits);
    }

    private static ByteBuffer pixels(Batch batch) {
        return batch.getData().singletonOrThrow().toByteBuffer(true);
    }

    private static long[] labels(Batch batch) {
        return batch.getLabels().singletonOrThrow().toLongArray();
    }

    @Override
    public double accuracy(RowIndex rows) throws IOException {
        return mean(new Accuracy(), rows);
    }

    @Override
    public double loss(RowIndex rows) throws IOException {
        return mean(Loss.softmaxCrossEntropyLoss(), rows);
    }

    private double mean(Evaluator evaluator, RowIndex rows) throws IOException {
        String[] key = {"mean"};
        evaluator.addAccumulator(key[0]);
        try {
            for (Batch batch :
                    trainer.iterateDataset(images(rows).setSampling(1000, false).build())) {
                try (batch) {
                    NDList predictions = trainer.evaluate(batch.getData());
                    evaluator.updateAccumulators(key, batch.getLabels(), predictions);
                }
            }
        } catch (TranslateException e) {
            throw new IOException("DJL: " + e.getMessage(), e);
        }
        return evaluator.getAccumulator(key[0]);
    }

    @Override
    public void close() {
        trainer.close();
        model.close();
    }
}
