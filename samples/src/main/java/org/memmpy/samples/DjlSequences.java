// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.memmpy.DType.FLOAT32;
import static org.memmpy.DType.INT64;
import static org.memmpy.batch.Column.column;

import ai.djl.Model;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;

import org.memmpy.batch.Column;
import org.memmpy.djl.MemmpyDataset;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.index.Split;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Sequences of different lengths in DJL: a ragged array whose batches are padded to their longest
 * row, with a mask that tells steps from padding.
 *
 * <pre>{@code mvn -q compile -pl samples -am -Dsample=DjlSequences}</pre>
 *
 * <p>Batches are made of rows of about equal length, so that there is little padding. {@link
 * Dl4jSequences} does the same in Deeplearning4j.
 */
public final class DjlSequences {
    private static final int SEED = 42;
    private static final int BATCH = 32;

    private static final Column STEPS = column("steps").padToLongest();
    private static final Column MASK = STEPS.mask().as(FLOAT32);

    private final Path path;
    private final Screen screen;

    DjlSequences(Path path, Screen screen) {
        this.path = path;
        this.screen = screen;
    }

    /**
     * Runs the sample.
     *
     * @param args none
     * @throws IOException if a file cannot be read or written
     * @throws TranslateException if DJL cannot make a batch
     */
    public static void main(String[] args) throws IOException, TranslateException {
        Engines.useOneTorchThread();
        Path path = Workplace.stores().resolve("gestures.memmpy");
        Workplace.deleteStore(path);
        Gestures.write(path, 6_000);
        new DjlSequences(path, Screen.standard()).train(5);
        System.exit(0); // ends the engine's threads too
    }

    /**
     * Trains a recurrent network.
     *
     * @param epochs how many
     * @return the share of the other rows whose kind is found
     */
    double train(int epochs) throws IOException, TranslateException {
        screen.line("Which movement is it? Sequences of different lengths with DJL");
        screen.blank();
        try (Store store = Store.open(path);
                Model model = Model.newInstance("gestures")) {
            Split rows = RowIndex.all(store.table().rows()).split(SEED, 0.8, 0.2);
            Order byLength = Order.bucketed(SEED, store.ragged("steps"), BATCH, 16);
            MemmpyDataset.Builder gestures =
                    MemmpyDataset.builder()
                            .setTable(store.table())
                            .addFeature(STEPS) // (rows, steps, 3)
                            .addFeature(MASK) // (rows, steps): 1 for a step, 0 for padding
                            .addLabel(column("kind").as(INT64))
                            .setSampling(BATCH, true);
            MemmpyDataset shuffled = gestures.optIndex(rows.train()).build();
            MemmpyDataset train = gestures.optOrder(byLength).build();
            MemmpyDataset valid = gestures.optIndex(rows.valid()).build();
            model.getNDManager().getEngine().setRandomSeed(SEED);
            model.setBlock(new MaskedLstm(16, Gestures.KINDS));
            try (Trainer trainer = model.newTrainer(config())) {
                screen.fact(
                        "padding",
                        "%.0f %% of shuffled batches, %.0f %% of batches of rows of like length",
                        100 * padding(shuffled, trainer),
                        100 * padding(train, trainer));
                trainer.initialize(new Shape(1, 1, Gestures.NUMBERS), new Shape(1, 1));
                EasyTrain.fit(trainer, epochs, train, valid);
                double accuracy = trainer.getTrainingResult().getValidateEvaluation("Accuracy");
                screen.fact("accuracy", "%.1f %% of movements not trained on", 100 * accuracy);
                return accuracy;
            }
        }
    }

    private static double padding(MemmpyDataset dataset, Trainer trainer)
            throws IOException, TranslateException {
        double steps = 0;
        long places = 0;
        for (Batch batch : trainer.iterateDataset(dataset)) {
            try (batch) {
                steps += batch.getData().get(1).sum().getFloat();
                places += batch.getData().get(1).size();
            }
        }
        return 1 - steps / places;
    }

    private static DefaultTrainingConfig config() {
        return new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.01f)).build())
                .addEvaluator(new Accuracy())
                .addTrainingListeners(TrainingListener.Defaults.basic());
    }
}
