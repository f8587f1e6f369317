// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.RandomSampler;

import org.memmpy.MemmpyException;
import org.memmpy.store.Store;
import org.memmpy.testing.DrawnPasses;
import org.memmpy.testing.Interference;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Does to datasets and their batches what nobody should, but anybody can, again and again. */
public final class DatasetAbuse {
    private final Path directory;
    private final ExecutorService executor;
    private final Map<Abuse, Integer> told = new EnumMap<>(Abuse.class);

    private DatasetAbuse(Path directory, ExecutorService executor) {
        this.directory = directory;
        this.executor = executor;
    }

    private enum Abuse {
        STORE_CLOSED_BY_ANOTHER,
        FILE_CUT_BY_ANOTHER,
        MANAGER_CLOSED_BY_ANOTHER,
        FOREIGN_SAMPLERS_MANAGER_CLOSED,
        CHANGED_IN_PLACE,
        USED_WHEN_CLOSED,
        FORGOTTEN;

        /** A file that is cut below mapped memory ends the JVM, as the unsafe ones say. */
        boolean isAllowed(ModesChild.Mode mode) {
            return switch (this) {
                case FILE_CUT_BY_ANOTHER -> mode.isSafe();
                case CHANGED_IN_PLACE -> mode.isWritable();
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
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            DatasetAbuse abuse = new DatasetAbuse(Path.of(args[0]), executor);
            int rounds = Integer.parseInt(args[1]);
            ModesChild.create(abuse.directory.resolve("whole.memmpy"));
            for (int round = 0; round < rounds; round++) {
                abuse.round(DrawnPasses.random(round));
            }
            System.out.println("told " + abuse.told);
        }
    }

    private void round(Random random) throws Exception {
        ModesChild.Mode[] modes = ModesChild.Mode.values();
        ModesChild.Mode mode = modes[random.nextInt(modes.length)];
        Abuse abuse = Abuse.values()[random.nextInt(Abuse.values().length)];
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
                NDManager manager = NDManager.newBaseManager()) {
            MemmpyDataset.Builder builder =
                    ModesChild.dataset(store, mode)
                            .optThreads(1 + random.nextInt(3))
                            .optPrefetchNumber(1 + random.nextInt(6));
            int size = 1 + random.nextInt(24);
            if (abuse == Abuse.FOREIGN_SAMPLERS_MANAGER_CLOSED) {
                builder.setSampling(new BatchSampler(new RandomSampler(), size))
                        .optExecutorService(executor);
            } else {
                builder.setSampling(size, random.nextInt(3) > 0);
            }
            try {
                abuse(abuse, store, builder.build(), manager, random);
            } catch (MemmpyException | IllegalStateException e) {
                told.merge(abuse, 1, Integer::sum);
            }
        }
    }

    private void abuse(
            Abuse abuse, Store store, MemmpyDataset dataset, NDManager manager, Random random)
            throws Exception {
        switch (abuse) {
            case STORE_CLOSED_BY_ANOTHER -> {
                Thread other = Interference.after(random, store::close);
                try {
                    takeWhile(other, dataset, manager, random);
                } finally {
                    other.join();
                }
            }
            case FILE_CUT_BY_ANOTHER -> {
                Thread other =
                        Interference.after(
                                random, () -> Interference.cut(store.path(), "wide.npy"));
                for (int pass = 0; pass < 1000; pass++) { // one of them must say it
                    takeWhile(other, dataset, manager, random);
                }
                throw new AssertionError("nothing was said of a file without its rows");
            }
            case MANAGER_CLOSED_BY_ANOTHER, FOREIGN_SAMPLERS_MANAGER_CLOSED -> {
                NDManager own = manager.newSubManager();
                Thread closer = Interference.after(random, own::close);
                try {
                    for (Batch batch : dataset.getData(own)) {
                        batch.close(); // an array may be freed at any time; none is used
                    }
                } finally {
                    closer.join();
                }
            }
            case CHANGED_IN_PLACE -> {
                for (int pass = 0; pass < 2; pass++) {
                    for (Batch batch : dataset.getData(manager)) {
                        try (batch) {
                            check(batch);
                            batch.getData().head().muli(3);
                            batch.getLabels().head().subi(1);
                        }
                    }
                }
            }
            case USED_WHEN_CLOSED -> {
                for (Batch batch : dataset.getData(manager)) {
                    NDArray array = batch.getData().head();
                    batch.close();
                    batch.getLabels().close();
                    try {
                        array.muli(3);
                        throw new AssertionError("a closed array was changed");
                    } catch (IllegalStateException e) {
                        told.merge(abuse, 1, Integer::sum);
                    }
                }
            }
            case FORGOTTEN -> {
                Iterator<Batch> pass = dataset.getData(manager).iterator();
                pass.next();
                pass = dataset.getData(manager).iterator();
                System.gc();
                check(pass.next());
                dataset.get(manager, random.nextInt(ModesChild.ROWS));
            }
        }
    }

    /** Takes batches, of which some stay open and are read and closed when all is over. */
    private static void takeWhile(
            Thread other, MemmpyDataset dataset, NDManager manager, Random random)
            throws Exception {
        List<Batch> open = new ArrayList<>();
        try {
            for (Batch batch : dataset.getData(manager)) {
                check(batch);
                if (random.nextInt(4) == 0 && open.size() < 5) {
                    open.add(batch);
                } else {
                    batch.close();
                }
                if (open.size() == 5) {
                    break;
                }
            }
        } finally {
            if (!open.isEmpty()) {
                other.join();
            }
            for (Batch batch : open) {
                if (!batch.getLabels().head().isReleased()) { // by the end of the pass
                    check(batch);
                }
                batch.close();
            }
        }
    }

    /** Whatever happens, what was delivered is what was stored. */
    private static void check(Batch batch) {
        long[] ids = batch.getLabels().head().toLongArray();
        byte[] wide = batch.getData().head().toByteArray();
        byte[] expected = new byte[wide.length];
        for (int i = 0; i < ids.length; i++) {
            int from = i * ModesChild.ROW_BYTES;
            Arrays.fill(expected, from, from + ModesChild.ROW_BYTES, (byte) ids[i]);
        }
        if (!Arrays.equals(expected, wide)) {
            throw new AssertionError("other bytes in rows " + Arrays.toString(ids));
        }
    }
}
