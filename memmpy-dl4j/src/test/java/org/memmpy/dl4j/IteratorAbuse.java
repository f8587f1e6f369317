// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.MemmpyException;
import org.memmpy.store.Store;
import org.memmpy.testing.DrawnPasses;
import org.memmpy.testing.Interference;
import org.nd4j.linalg.dataset.AsyncDataSetIterator;
import org.nd4j.linalg.dataset.DataSet;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Does to iterators and their batches what nobody should, but anybody can, again and again. */
public final class IteratorAbuse {
    private final Path directory;
    private final Map<Abuse, Integer> told = new EnumMap<>(Abuse.class);

    private IteratorAbuse(Path directory) {
        this.directory = directory;
    }

    private enum Abuse {
        STORE_CLOSED_BY_ANOTHER,
        FILE_CUT_BY_ANOTHER,
        ITERATOR_CLOSED_BY_ANOTHER,
        CHANGED_IN_PLACE,
        USED_WHEN_CLOSED,
        ABANDONED_BY_A_QUEUE;

        /**
         * Memory that is the file's may not be used when either is gone, as the unsafe one says.
         */
        boolean isAllowed(ModesChild.Mode mode) {
            return switch (this) {
                case FILE_CUT_BY_ANOTHER, USED_WHEN_CLOSED -> mode.isCopied();
                default -> true;
            };
        }
    }

    /**
     * Runs.
     *
     * @param args a directory, and how many times
     */
    public static void main(String[] args) throws Exception {
        IteratorAbuse abuse = new IteratorAbuse(Path.of(args[0]));
        ModesChild.useOneThread();
        ModesChild.create(abuse.directory.resolve("whole.memmpy"));
        int rounds = Integer.parseInt(args[1]);
        for (int round = 0; round < rounds; round++) {
            abuse.round(DrawnPasses.random(round));
        }
        System.out.println("told " + abuse.told);
    }

    private void round(Random random) throws Exception {
        ModesChild.Mode mode = DrawnPasses.drawn(ModesChild.Mode.values(), random);
        Abuse abuse = DrawnPasses.drawn(Abuse.values(), random);
        if (!mode.isSupported() || !abuse.isAllowed(mode)) {
            return;
        }
        Path path = directory.resolve("whole.memmpy");
        if (abuse == Abuse.FILE_CUT_BY_ANOTHER) {
            path = directory.resolve("cut" + random.nextInt() + ".memmpy");
            ModesChild.create(path);
        }
        System.out.println(mode + " " + abuse);
        try (Store store = Store.open(path);
                MemmpyDataSetIterator iterator =
                        ModesChild.iterator(store, mode)
                                .batchSize(1 + random.nextInt(24))
                                .shuffle(random.nextLong())
                                .threads(1 + random.nextInt(3))
                                .prefetch(1 + random.nextInt(6))
                                .build()) {
            try {
                abuse(abuse, store, iterator, random);
            } catch (MemmpyException | IllegalStateException e) {
                told.merge(abuse, 1, Integer::sum);
            }
        }
    }

    private static void abuse(
            Abuse abuse, Store store, MemmpyDataSetIterator iterator, Random random)
            throws Exception {
        switch (abuse) {
            case STORE_CLOSED_BY_ANOTHER ->
                    takeWhile(Interference.after(random, store::close), iterator, true);
            case FILE_CUT_BY_ANOTHER -> {
                takeWhile(
                        Interference.after(
                                random, () -> Interference.cut(store.path(), "wide.npy")),
                        iterator,
                        true);
                throw new AssertionError("nothing was said of a file without its rows");
            }
            case ITERATOR_CLOSED_BY_ANOTHER ->
                    takeWhile(Interference.after(random, iterator::close), iterator, false);
            case CHANGED_IN_PLACE -> {
                for (int pass = 0; pass < 2; pass++) {
                    while (iterator.hasNext()) {
                        DataSet batch =
                                random.nextBoolean()
                                        ? iterator.next()
                                        : iterator.next(1 + random.nextInt(30));
                        ModesChild.check(batch);
                        batch.getFeatures().muli(-1);
                        batch.getLabels().assign(7);
                    }
                    iterator.reset();
                }
            }
            case USED_WHEN_CLOSED -> {
                List<DataSet> kept = new ArrayList<>();
                for (int i = 0; i < ModesChild.KEPT && iterator.hasNext(); i++) {
                    kept.add(iterator.next());
                }
                iterator.close();
                store.close();
                System.gc();
                kept.forEach(ModesChild::check);
                kept.forEach(batch -> batch.getFeatures().muli(2));
            }
            case ABANDONED_BY_A_QUEUE -> {
                AsyncDataSetIterator queue = new AsyncDataSetIterator(iterator, 2);
                if (queue.hasNext()) {
                    queue.next();
                }
                if (random.nextBoolean()) {
                    queue.reset();
                }
                queue.shutdown();
            }
        }
    }

    /**
     * Takes passes until something is said.
     *
     * @param reads whether batches may be used meanwhile
     */
    private static void takeWhile(Thread other, MemmpyDataSetIterator iterator, boolean reads)
            throws InterruptedException {
        Deque<DataSet> kept = new ArrayDeque<>();
        try {
            for (int pass = 0; pass < 1000; pass++) {
                while (iterator.hasNext()) {
                    if (kept.size() == ModesChild.KEPT) {
                        kept.remove();
                    }
                    kept.add(iterator.next());
                    if (reads) {
                        kept.forEach(ModesChild::check);
                    }
                }
                iterator.reset();
            }
        } finally {
            other.join();
            if (reads) {
                kept.forEach(ModesChild::check);
            }
        }
    }
}
