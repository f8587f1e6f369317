// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.memmpy.batch.Column.column;

import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.memmpy.batch.LoaderState;
import org.memmpy.dl4j.MemmpyDataSetIterator;
import org.memmpy.store.Store;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;

/**
 * Training in Deeplearning4j that goes on where it was interrupted, to the batch. Now and then the
 * network and the iterator's state are saved together. A training that is broken off in the middle
 * of an epoch, and gone on with by another network and another iterator, as after a crash, ends
 * with the very weights of one that was not.
 *
 * <pre>{@code mvn -q compile -pl samples -am -Dsample=Dl4jResume}</pre>
 *
 * <p>{@link DjlResume} does the same in DJL.
 */
public final class Dl4jResume {
    private static final long SEED = 42;
    private static final int EPOCHS = 3;
    private static final int BATCHES_PER_CHECKPOINT = 10;

    /** What the state is called in a checkpoint, beside the network. */
    private static final String STATE = "memmpy.state";

    private final Path path;
    private final Screen screen;

    Dl4jResume(Path path, Screen screen) {
        this.path = path;
        this.screen = screen;
    }

    /**
     * Runs the sample; the exit code is 1 if the weights differ.
     *
     * @param args none
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        Engines.useOneThread();
        Path path = Workplace.stores().resolve("customers.memmpy");
        Workplace.deleteStore(path);
        Customers.write(path, 20_000);
        Path checkpoints = Files.createTempDirectory(Workplace.stores(), "checkpoints-");
        boolean same = new Dl4jResume(path, Screen.standard()).compare(checkpoints, 444);
        System.exit(same ? 0 : 1); // ends the engine's threads too
    }

    /**
     * Trains without an interruption, and with one.
     *
     * @param checkpoints an empty folder
     * @param batches after how many the interruption comes
     * @return whether both end with the same weights
     */
    boolean compare(Path checkpoints, int batches) throws IOException {
        screen.line("An interrupted training, with Deeplearning4j");
        screen.blank();
        float[] unbroken = train(checkpoints.resolve("a.zip"), Integer.MAX_VALUE);
        train(checkpoints.resolve("b.zip"), batches);
        screen.fact("broken", "off after %,d batches", batches);
        float[] resumed = train(checkpoints.resolve("b.zip"), Integer.MAX_VALUE);
        boolean same = Arrays.equals(unbroken, resumed);
        screen.line(same ? "  Both end with the same weights." : "  FAILED: the weights differ.");
        return same;
    }

    /** Goes on from the checkpoint, if there is one, for at most so many batches. */
    private float[] train(Path checkpoint, int mostBatches) throws IOException {
        MultiLayerNetwork network;
        LoaderState state = null;
        if (Files.exists(checkpoint)) {
            File file = checkpoint.toFile();
            network = MultiLayerNetwork.load(file, true);
            state = LoaderState.fromJson(ModelSerializer.getObjectFromFile(file, STATE));
            screen.fact("goes on", "after row %,d of epoch %d", state.rows(), state.epoch());
        } else {
            network = Dl4jTable.network();
        }
        int batches = 0;
        try (Store store = Store.open(path);
                MemmpyDataSetIterator iterator =
                        new MemmpyDataSetIterator.Builder(store.table())
                                .feature(Customers.usage(store.table()))
                                .label(column("left").oneHot(2))
                                .batchSize(64)
                                .shuffle(SEED)
                                .state(state) // null: from the start
                                .build()) {
            for (; iterator.epoch() < EPOCHS; iterator.reset()) {
                while (iterator.hasNext()) {
                    network.fit(iterator.next());
                    batches++;
                    if (batches % BATCHES_PER_CHECKPOINT == 0) {
                        save(network, iterator.state(), checkpoint);
                    }
                    if (batches == mostBatches) {
                        return network.params().toFloatVector();
                    }
                }
            }
            screen.fact("complete", "after %,d batches", batches);
            return network.params().toFloatVector();
        } finally {
            network.close();
        }
    }

    /** A crash leaves the old checkpoint or the new one, and nothing in between. */
    private static void save(MultiLayerNetwork network, LoaderState state, Path checkpoint)
            throws IOException {
        Path next = checkpoint.resolveSibling("next.zip");
        network.save(next.toFile(), true); // with what Adam remembers
        ModelSerializer.addObjectToFile(next.toFile(), STATE, state.toJson());
        Files.move(next, checkpoint, StandardCopyOption.REPLACE_EXISTING);
    }
}
