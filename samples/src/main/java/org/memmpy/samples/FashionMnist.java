// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.memmpy.DType.FLOAT32;
import static org.memmpy.batch.Column.column;

import org.memmpy.batch.Column;
import org.memmpy.index.RowIndex;
import org.memmpy.index.Split;
import org.memmpy.samples.Classifier.EpochResult;
import org.memmpy.store.Store;
import org.memmpy.store.Table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Imports Fashion-MNIST into a store and trains the same network from it twice, with DJL and with
 * Deeplearning4j, which see the same rows in the same order: that is checked, bit for bit.
 *
 * <pre>{@code mvn -q compile -pl samples -am -Dsample=FashionMnist}</pre>
 *
 * <p>{@code -Dsample.args=--no-speed} leaves out the comparison of speeds at the end.
 */
public final class FashionMnist {
    private static final int EPOCHS = 8;
    private static final int BATCH = 64;
    private static final Column PIXELS = column("image").as(FLOAT32).scale(1.0 / 255);
    private static final double WANTED_ACCURACY = 0.8;

    private final Path path;
    private final Screen screen;

    FashionMnist(Path path, Screen screen) {
        this.path = path;
        this.screen = screen;
    }

    /**
     * Runs the sample; the exit code is 1 if the engines saw different rows or did not learn.
     *
     * @param args {@code --no-speed} or nothing
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        Engines.useOneThread();
        Screen screen = Screen.standard();
        FashionMnist sample =
                new FashionMnist(Workplace.stores().resolve("fashion-mnist.memmpy"), screen);
        screen.line("Fashion-MNIST, one store for two engines");
        screen.blank();
        sample.importImages(FashionImages.find());
        Outcome outcome = sample.train(Long.MAX_VALUE, EPOCHS);
        boolean good = outcome.judge(screen, WANTED_ACCURACY);
        if (good && !List.of(args).contains("--no-speed")) {
            screen.blank();
            Throughput.afterwards(screen);
        }
        sample.sayWhatNext();
        System.exit(good ? 0 : 1); // ends the engines' threads too
    }

    void importImages(FashionImages images) throws IOException {
        Workplace.deleteStore(path);
        long start = System.nanoTime();
        images.importInto(path);
        double seconds = (System.nanoTime() - start) / 1e9;
        try (Store store = Store.open(path)) {
            screen.fact("images", "%,d from %s", store.table().rows(), images.directory());
            screen.fact(
                    "store",
                    "%s, %.0f MB, imported in %.1f s",
                    path,
                    Workplace.bytes(path) / 1e6,
                    seconds);
        }
    }

    /**
     * Trains both networks, one after the other.
     *
     * @param limit at most so many rows
     * @param epochs at least 1
     */
    Outcome train(long limit, int epochs) throws IOException {
        try (Store store = Store.open(path)) {
            Table table = store.table();
            Split rows =
                    RowIndex.all(Math.min(limit, table.rows()))
                            .split(Classifier.SEED, 0.8, 0.1, 0.1);
            screen.fact(
                    "rows",
                    "%,d to train, %,d to validate, %,d to test; seed %d",
                    rows.train().size(),
                    rows.valid().size(),
                    rows.test().size(),
                    Classifier.SEED);
            screen.fact(
                    "network",
                    "784 - %d - %d, Adam, batches of %d",
                    Classifier.HIDDEN,
                    FashionImages.CLASSES,
                    BATCH);
            screen.blank();
            screen.line("  engine          epoch    loss   accuracy     rows/s   waiting for data");
            List<Visits> expected =
                    LongStream.range(0, epochs)
                            .mapToObj(e -> rows.train().shuffle(Classifier.SEED, e))
                            .map(order -> Visits.expected(table, order))
                            .toList();
            Run djl;
            try (Classifier network =
                    new DjlClassifier(table, PIXELS, rows.train(), rows.valid(), BATCH)) {
                djl = train(network, rows, epochs);
            }
            Run dl4j;
            try (Classifier network =
                    new Dl4jClassifier(table, PIXELS, rows.train(), rows.valid(), BATCH)) {
                dl4j = train(network, rows, epochs);
            }
            return new Outcome(expected, List.of(djl, dl4j));
        }
    }

    private Run train(Classifier network, Split rows, int epochs) throws IOException {
        List<EpochResult> results = new ArrayList<>();
        for (int epoch = 1; epoch <= epochs; epoch++) {
            String task = "%s, epoch %d of %d".formatted(network.engine(), epoch, epochs);
            try (Screen.Progress progress = screen.progress(task, rows.train().size())) {
                results.add(network.trainEpoch(progress));
            }
            EpochResult result = results.getLast();
            screen.line(
                    "  %-14s  %5d  %6.3f   %6.1f %%  %,9.0f   %14.1f %%",
                    epoch == 1 ? network.engine() : "",
                    epoch,
                    result.loss(),
                    100 * result.accuracy(),
                    result.stats().rowsPerSecond(),
                    100 * result.stats().waitShare());
        }
        return new Run(network.engine(), results, network.accuracy(rows.test()));
    }

    private void sayWhatNext() {
        screen.blank();
        screen.line("Next");
        screen.line("  mvn -q package -pl memmpy-cli -am -DskipTests    (once, for bin/memmpy)");
        screen.line("  bin/memmpy describe %s", path);
        screen.line("  bin/memmpy head %s label", path);
        screen.line(
                "  mvn -q compile -pl samples -am -Dsample=LargerThanHeap -Dsample.jvm=-Xmx256m");
    }

    /** What an engine did in all its epochs. */
    record Run(String engine, List<EpochResult> epochs, double testAccuracy) {
        List<Visits> visits() {
            return epochs.stream().map(EpochResult::visited).toList();
        }
    }

    /** What both did, and what rows they should have seen. */
    record Outcome(List<Visits> expected, List<Run> runs) {
        boolean sameRows() {
            return runs.stream().allMatch(run -> run.visits().equals(expected));
        }

        double worstAccuracy() {
            return runs.stream()
                    .mapToDouble(run -> run.epochs().getLast().accuracy())
                    .min()
                    .orElse(0);
        }

        /** Says how it ended, and whether it ended well. */
        boolean judge(Screen screen, double wantedAccuracy) {
            screen.blank();
            for (Run run : runs) {
                screen.line(
                        "  %-14s  %.1f %% of the test images right",
                        run.engine(), 100 * run.testAccuracy());
            }
            screen.blank();
            if (!sameRows()) {
                screen.line("  FAILED: the engines were given other rows than the store holds:");
                screen.line("  the store      %s", expected);
                runs.forEach(run -> screen.line("  %-14s %s", run.engine(), run.visits()));
                return false;
            }
            screen.line(
                    "  Both saw the same rows in the same order in all %d epochs,",
                    expected.size());
            screen.line("  bit for bit as they are in the store. The last epoch had");
            screen.line("  %s.", expected.getLast());
            if (worstAccuracy() <= wantedAccuracy) {
                screen.line(
                        "  FAILED: %.1f %% validation accuracy; more than %.0f %% was expected.",
                        100 * worstAccuracy(), 100 * wantedAccuracy);
                return false;
            }
            return true;
        }
    }
}
