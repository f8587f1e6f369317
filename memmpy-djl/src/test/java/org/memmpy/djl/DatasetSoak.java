// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;

import org.memmpy.store.Store;
import org.memmpy.testing.ProcessUse;

import java.nio.file.Path;

/** Takes many batches in memory of every kind, and looks for what they leave. */
public final class DatasetSoak {
    private static final int BATCH = 16;
    private static final int BATCHES = ModesChild.ROWS / BATCH;

    /** Of 10,000 batches of 64 KiB; their tensors without any rows would be twice as much. */
    private static final long MOST_ANONYMOUS = 2 << 20;

    /** Arrays' Java objects alone would be twice as much. */
    private static final long MOST_HEAP = 2 << 20;

    private DatasetSoak() {}

    /**
     * Runs.
     *
     * @param args a directory, and how many batches
     */
    public static void main(String[] args) throws Exception {
        Path path = Path.of(args[0], "soak.memmpy");
        int batches = Integer.parseInt(args[1]);
        ModesChild.create(path);
        try (Store store = Store.open(path);
                NDManager manager = NDManager.newBaseManager()) {
            for (ModesChild.Mode mode : ModesChild.Mode.values()) {
                if (mode.isSupported()) {
                    soak(ModesChild.dataset(store, mode), manager, mode, batches);
                }
            }
        }
    }

    private static void soak(
            MemmpyDataset.Builder builder, NDManager manager, ModesChild.Mode mode, int batches)
            throws Exception {
        MemmpyDataset dataset = builder.setSampling(BATCH, mode != ModesChild.Mode.VIEWS).build();
        take(dataset, manager, batches / 4);
        String managersBefore = managers(manager);
        ProcessUse before = ProcessUse.now();
        take(dataset, manager, batches);
        ProcessUse after = ProcessUse.now();
        System.out.println(mode + ": " + before + "\n  then " + after);
        ProcessUse.require(managersBefore.equals(managers(manager)), "resources of managers");
        ProcessUse.require(
                after.anonymous() - before.anonymous() < MOST_ANONYMOUS, "anonymous memory");
        ProcessUse.require(after.heap() - before.heap() < MOST_HEAP, "objects");
        ProcessUse.require(after.direct() <= before.direct(), "direct buffers");
        before.requireNoMore(after);
    }

    /** {@return how many resources managers have that outlive a pass} */
    private static String managers(NDManager manager) {
        return manager + " below " + manager.getParentManager();
    }

    /** Ends passes in the ways that consumers do. */
    private static void take(MemmpyDataset dataset, NDManager manager, int batches)
            throws Exception {
        int taken = 0;
        for (int pass = 0; taken < batches; pass++) {
            try (NDManager own = manager.newSubManager()) {
                boolean leftEarly = pass % 3 == 0;
                int left = BATCHES / 2;
                for (Batch batch : dataset.getData(leftEarly ? own : manager)) {
                    use(batch);
                    if (pass % 2 == 0) { // else the end of the pass, or of its manager, closes it
                        batch.close();
                    }
                    taken++;
                    if (--left == 0 && leftEarly) {
                        break;
                    }
                }
            }
        }
    }

    private static void use(Batch batch) {
        NDArray id = batch.getLabels().head();
        long first = id.toLongArray()[0];
        try (NDArray row = batch.getData().head().get(0);
                NDArray sum = row.sum()) {
            if (sum.getLong() != first * ModesChild.ROW_BYTES) {
                throw new AssertionError("another row's bytes: " + sum);
            }
        }
    }
}
