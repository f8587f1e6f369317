// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.memmpy.DType.INT64;
import static org.memmpy.batch.Column.column;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;

import org.memmpy.batch.LoaderState;
import org.memmpy.djl.MemmpyDataset;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Training in DJL that goes on where it was interrupted, to the batch. Now and then the weights and
 * the dataset's state are saved together. A training that is broken off in the middle of an epoch,
 * and gone on with by another model and another dataset, as after a crash, ends with the very
 * weights of one that was not.
 *
 * <pre>{@code mvn -q compile -pl samples -am -Dsample=DjlResume}</pre>
 *
 * <p>{@link Dl4jResume} does the same in Deeplearning4j.
 */
public final class DjlResume {
    private static final int SEED = 42;
    private static final int EPOCHS = 3;
    private static final int BATCHES_PER_CHECKPOINT = 10;
    private static final String NAME = "customers";
    private static final String STATE = "memmpy.state"; // a property: DJL saves it with the weights

    private final Path path;
    private final Screen screen;

    DjlResume(Path path, Screen screen) {
        this.path = path;
        this.screen = screen;
    }

    /**
     * Runs the sample; the exit code is 1 if the weights differ.
     *
     * @param args none
     * @throws Exception if a file cannot be read or written
     */
    public static void main(String[] args) throws Exception {
        Engines.useOneTorchThread();
        Path path = Workplace.stores().resolve("customers.memmpy");
        Workplace.deleteStore(path);
        Customers.write(path, 20_000);
        Path checkpoints = Files.createTempDirectory(Workplace.stores(), "checkpoints-");
        boolean same = new DjlResume(path, Screen.standard()).compare(checkpoints, 444);
        System.exit(same ? 0 : 1); // ends the engine's threads too
    }

    /**
     * Trains without an interruption, and with one.
     *
     * @param checkpoints an empty folder
     * @param batches after how many the interruption comes
     * @return whether both end with the same weights
     */
    boolean compare(Path checkpoints, int batches) throws Exception {
        screen.line("An interrupted training, with DJL");
        screen.blank();
        List<float[]> unbroken = train(checkpoints.resolve("a"), Integer.MAX_VALUE);
        train(checkpoints.resolve("b"), batches);
        screen.fact("broken", "off after %,d batches", batches);
        List<float[]> resumed = train(checkpoints.resolve("b"), Integer.MAX_VALUE);
        boolean same = Arrays.deepEquals(unbroken.toArray(), resumed.toArray());
        screen.line(same ? "  Both end with the same weights." : "  FAILED: the weights differ.");
        return same;
    }

    /** Goes on from the newest checkpoint, if there is one, for at most so many batches. */
    private List<float[]> train(Path checkpoints, int mostBatches)
            throws IOException, MalformedModelException, TranslateException {
        try (Store store = Store.open(path);
                Model model = Model.newInstance(NAME)) {
            model.getNDManager().getEngine().setRandomSeed(SEED);
            model.setBlock(DjlTable.network());
            LoaderState state = null;
            if (Files.exists(checkpoints)) {
                model.load(checkpoints, NAME);
                state = LoaderState.fromJson(model.getProperty(STATE));
                screen.fact("goes on", "after row %,d of epoch %d", state.rows(), state.epoch());
            }
            MemmpyDataset dataset =
                    MemmpyDataset.builder()
                            .setTable(store.table())
                            .addFeature(Customers.usage(store.table()))
                            .addLabel(column("left").as(INT64))
                            .setSampling(64, true)
                            .optSeed(SEED)
                            .optState(state) // null: from the start
                            .build();
            int batches = 0;
            try (Trainer trainer = model.newTrainer(config())) {
                trainer.initialize(new Shape(1, Customers.NUMBERS));
                long epoch = state == null ? 0 : state.epoch() + (state.ended() ? 1 : 0);
                for (; epoch < EPOCHS; epoch++) {
                    for (Batch batch : trainer.iterateDataset(dataset)) {
                        try (batch) {
                            EasyTrain.trainBatch(trainer, batch);
                            trainer.step();
                        }
                        batches++;
                        if (batches % BATCHES_PER_CHECKPOINT == 0) {
                            model.setProperty(STATE, dataset.state().toJson());
                            model.save(checkpoints, NAME); // a new file each time
                        }
                        if (batches == mostBatches) {
                            return weights(model);
                        }
                    }
                }
            }
            screen.fact("complete", "after %,d batches", batches);
            return weights(model);
        }
    }

    /** DJL saves weights, and not what Adam, for example, remembers: that would start anew. */
    private static DefaultTrainingConfig config() {
        return new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.05f)).build());
    }

    private static List<float[]> weights(Model model) {
        return model.getBlock().getParameters().values().stream()
                .map(parameter -> parameter.getArray().toFloatArray())
                .toList();
    }
}
