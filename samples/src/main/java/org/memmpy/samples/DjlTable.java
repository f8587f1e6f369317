// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.memmpy.DType.INT64;
import static org.memmpy.batch.Column.column;

import ai.djl.Model;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;

import org.memmpy.djl.MemmpyDataset;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;

/**
 * A table in DJL: a cut chooses rows, k-fold cross-validation says how well a network does on them.
 *
 * <pre>{@code mvn -q compile -pl samples -am -Dsample=DjlTable}</pre>
 *
 * <p>Neither cut nor folds copy a row: they are lists of row numbers. {@link Dl4jTable} does the
 * same in Deeplearning4j.
 */
public final class DjlTable {
    private final Path path;
    private final Screen screen;

    DjlTable(Path path, Screen screen) {
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
        Engines.useOneTorchThread();
        Path path = Workplace.stores().resolve("customers.memmpy");
        Workplace.deleteStore(path);
        Customers.write(path, 20_000);
        new DjlTable(path, Screen.standard()).crossValidate(5, 4);
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
                    "DJL",
                    store,
                    k,
                    (train, valid) -> accuracy(store, train, valid, epochs),
                    screen);
        }
    }

    private static double accuracy(Store store, RowIndex train, RowIndex valid, int epochs)
            throws IOException {
        MemmpyDataset.Builder customers =
                MemmpyDataset.builder()
                        .setTable(store.table())
                        .addFeature(Customers.usage(store.table()))
                        .addLabel(column("left").as(INT64))
                        .setSampling(64, true)
                        .optSeed(Customers.SEED);
        try (Model model = Model.newInstance("customers")) {
            model.getNDManager().getEngine().setRandomSeed(Customers.SEED);
            model.setBlock(network());
            try (Trainer trainer = model.newTrainer(config())) {
                trainer.initialize(new Shape(1, Customers.NUMBERS));
                EasyTrain.fit(
                        trainer,
                        epochs,
                        customers.optIndex(train).build(),
                        customers.optIndex(valid).build());
                return trainer.getTrainingResult().getValidateEvaluation("Accuracy");
            }
        } catch (TranslateException e) {
            throw new IOException("DJL: " + e.getMessage(), e);
        }
    }

    /** {@return a network without weights} */
    static SequentialBlock network() {
        return new SequentialBlock()
                .add(Linear.builder().setUnits(16).build())
                .add(Activation::relu)
                .add(Linear.builder().setUnits(2).build());
    }

    private static DefaultTrainingConfig config() {
        return new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.01f)).build())
                .addEvaluator(new Accuracy())
                .addTrainingListeners(TrainingListener.Defaults.basic());
    }
}
