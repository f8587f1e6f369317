// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.memmpy.batch.Column.column;

import org.memmpy.batch.Column;
import org.memmpy.index.RowIndex;
import org.memmpy.samples.Classifier.EpochResult;
import org.memmpy.store.Store;
import org.memmpy.store.Table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Writes 4 GiB of shifted, mirrored and noisy images, and trains one shuffled epoch from them with
 * a heap of 256 MiB.
 *
 * <pre>{@code
 * mvn -q compile -pl samples -am -Dsample=LargerThanHeap -Dsample.jvm=-Xmx256m
 * }</pre>
 *
 * <p>With DJL, whose arrays are freed when their batch is closed, so that what is resident is what
 * is needed; with {@code -Dsample.args=--dl4j} by Deeplearning4j, whose arrays go with the garbage
 * collector. {@code "-Dsample.args=--dl4j --keep"} keeps the store, too.
 */
public final class LargerThanHeap {
    private static final long BYTES = 4L << 30;

    /** Of the images, so many are for training; the copies of the others judge what was learnt. */
    private static final double TRAINING = 0.98;

    private static final int BATCH = 256;
    private static final int STEPS_PER_SAMPLE = 16;

    private final Path path;
    private final Screen screen;

    LargerThanHeap(Path path, Screen screen) {
        this.path = path;
        this.screen = screen;
    }

    /**
     * Runs the sample; the exit code is 1 if there is no room or nothing was learnt.
     *
     * @param args {@code --dl4j}, {@code --keep}, both or nothing
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        allowNativeMemory();
        Engines.useOneThread();
        Screen screen = Screen.standard();
        Path path = Workplace.stores().resolve("larger-than-heap.memmpy");
        boolean keep = List.of(args).contains("--keep");
        boolean dl4j = List.of(args).contains("--dl4j");
        Workplace.deleteStore(path);
        screen.line("Training from a store larger than the heap");
        screen.blank();
        if (Room.isShort(screen, "there is nothing to train from", path, BYTES, 0)) {
            System.exit(1);
        }
        boolean good;
        try {
            LargerThanHeap sample = new LargerThanHeap(path, screen);
            sample.write(BYTES);
            good = sample.train(dl4j).learnt();
        } finally {
            if (!keep) {
                Workplace.deleteStore(path);
            }
        }
        screen.blank();
        screen.line(
                keep
                        ? "Kept %s: try bin/memmpy describe %1$s"
                        : "Deleted %s; -Dsample.args=--keep keeps it.",
                path);
        System.exit(good ? 0 : 1); // ends the engine's threads too
    }

    /**
     * ND4J's JavaCPP takes the limit of the heap for a limit of native memory, unless it is told
     * otherwise before it is used.
     */
    private static void allowNativeMemory() {
        System.setProperty("org.bytedeco.javacpp.maxbytes", "1g");
        System.setProperty("org.bytedeco.javacpp.maxphysicalbytes", "2g");
    }

    /**
     * Writes at least so many bytes of images.
     *
     * @param bytes at least one image
     */
    void write(long bytes) throws IOException {
        AugmentedImages images = AugmentedImages.of(FashionImages.bundled());
        long rows = Math.ceilDiv(bytes, AugmentedImages.ROW_BYTES);
        long start = System.nanoTime();
        try (Screen.Progress progress = screen.progress("writing images", rows)) {
            images.writeTo(path, rows, progress);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        screen.fact("store", "%s", path);
        screen.fact(
                "images",
                "%,d, %.2f GiB, written in %.1f s",
                rows,
                Room.gib(Workplace.bytes(path)),
                seconds);
        screen.fact("heap", "at most %,d MiB", Runtime.getRuntime().maxMemory() >> 20);
    }

    /**
     * Trains one epoch, and prints how it went.
     *
     * @param dl4j whether by Deeplearning4j
     */
    Outcome train(boolean dl4j) throws IOException {
        try (Store store = Store.open(path)) {
            Table table = store.table();
            long training = Math.round(TRAINING * table.rows());
            RowIndex train = RowIndex.range(0, training);
            RowIndex valid = RowIndex.range(training, table.rows());
            Column image = column("image");
            try (Classifier network =
                    dl4j
                            ? new Dl4jClassifier(table, image, train, valid, BATCH)
                            : new DjlClassifier(table, image, train, valid, BATCH)) {
                screen.fact(
                        "network",
                        "784 - %d - 10 in %s, batches of %d",
                        Classifier.HIDDEN,
                        network.engine(),
                        BATCH);
                double before = network.loss(valid);
                Memory memory = new Memory();
                EpochResult result;
                try (Screen.Progress bar = screen.progress("training", training)) {
                    result = network.trainEpoch(sampling(memory, bar));
                }
                memory.sample();
                Outcome outcome = new Outcome(before, network.loss(valid), result, memory);
                outcome.print(screen);
                return outcome;
            }
        }
    }

    private static Screen.Progress sampling(Memory memory, Screen.Progress progress) {
        return new Screen.Progress() {
            private long steps;

            @Override
            public void step(long rows) throws IOException {
                progress.step(rows);
                if (steps++ % STEPS_PER_SAMPLE == 0) {
                    memory.sample();
                }
            }

            @Override
            public void close() {}
        };
    }

    /**
     * How it went.
     *
     * @param lossBefore of the validation rows
     * @param lossAfter of the validation rows
     */
    record Outcome(double lossBefore, double lossAfter, EpochResult epoch, Memory memory) {
        /** {@return whether the loss fell at all clearly} */
        boolean learnt() {
            return lossAfter < 0.8 * lossBefore;
        }

        void print(Screen screen) {
            screen.blank();
            screen.fact(
                    "epoch",
                    "%,d rows, shuffled, %,.0f rows/s",
                    epoch.stats().rows(),
                    epoch.stats().rowsPerSecond());
            screen.fact("waiting", "%.1f %% of the time for data", 100 * epoch.stats().waitShare());
            screen.fact("loss", "%.3f before, %.3f after", lossBefore, lossAfter);
            screen.fact("accuracy", "%.1f %% of images not trained on", 100 * epoch.accuracy());
            screen.blank();
            screen.line("  Memory, at its peak while training");
            screen.line("    heap      %s", mebibytes(OptionalLong.of(memory.heap())));
            screen.line(
                    "    RssAnon   %s   the process's own: heap, JVM, engine, batches",
                    mebibytes(memory.anonymous()));
            screen.line(
                    "    RssFile   %s   pages of files: the store and libraries, which the",
                    mebibytes(memory.ofFiles()));
            screen.line("                          system takes back when it needs the memory");
        }

        private static String mebibytes(OptionalLong bytes) {
            return bytes.isPresent()
                    ? "%,8d MiB".formatted(bytes.getAsLong() >> 20)
                    : "unknown here";
        }
    }
}
