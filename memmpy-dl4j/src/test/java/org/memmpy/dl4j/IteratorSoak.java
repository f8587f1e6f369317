// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.bytedeco.javacpp.Pointer;
import org.memmpy.store.Store;
import org.memmpy.testing.ProcessUse;
import org.nd4j.linalg.dataset.DataSet;

import java.nio.file.Path;

/** Takes many batches in memory of every kind, and looks for what they leave. */
public final class IteratorSoak {
    private static final int BATCH = 16;

    /** Of 10,000 batches of 64 KiB. */
    private static final long MOST_ANONYMOUS = 2 << 20;

    /** Arrays' Java objects alone would be several times as much. */
    private static final long MOST_HEAP = 2 << 20;

    /** One for every second of 10,000 batches. */
    private static final long MOST_POINTERS = 5000;

    private IteratorSoak() {}

    /**
     * Runs.
     *
     * @param args a directory, and how many batches
     */
    public static void main(String[] args) throws Exception {
        Path path = Path.of(args[0], "soak.memmpy");
        int batches = Integer.parseInt(args[1]);
        ModesChild.useOneThread();
        ModesChild.create(path);
        try (Store store = Store.open(path)) {
            for (ModesChild.Mode mode : ModesChild.Mode.values()) {
                if (mode.isSupported()) {
                    try (MemmpyDataSetIterator iterator =
                            ModesChild.iterator(store, mode).batchSize(BATCH).shuffle(1).build()) {
                        soak(iterator, mode, batches);
                    }
                }
            }
        }
    }

    private static void soak(MemmpyDataSetIterator iterator, ModesChild.Mode mode, int batches)
            throws Exception {
        take(iterator, batches / 4);
        Pointers pointersBefore = Pointers.now();
        ProcessUse before = ProcessUse.now();
        take(iterator, batches);
        ProcessUse after = ProcessUse.now();
        Pointers pointersAfter = Pointers.now();
        System.out.println(
                "%s: %s %s%n  then %s %s"
                        .formatted(mode, before, pointersBefore, after, pointersAfter));
        ProcessUse.require(
                after.anonymous() - before.anonymous() < MOST_ANONYMOUS, "anonymous memory");
        ProcessUse.require(after.heap() - before.heap() < MOST_HEAP, "objects");
        ProcessUse.require(
                after.direct() - before.direct() <= 2 * ModesChild.CAP, "direct buffers");
        ProcessUse.require(
                pointersAfter.physical - pointersBefore.physical < MOST_ANONYMOUS,
                "memory that JavaCPP sees");
        // its own thread frees those of joined pieces, in its own time
        ProcessUse.require(
                pointersAfter.count - pointersBefore.count < MOST_POINTERS, "pointers of JavaCPP");
        before.requireNoMore(after);
    }

    /** What JavaCPP knows of. */
    private record Pointers(long physical, long count) {
        static Pointers now() {
            System.gc();
            return new Pointers(Pointer.physicalBytes(), Pointer.totalCount());
        }
    }

    /** Reads passes in the ways that consumers do, and some of them to their ends. */
    private static void take(MemmpyDataSetIterator iterator, int batches) {
        for (int taken = 0; taken < batches; taken++) {
            if (!iterator.hasNext() || taken % 37 == 0) {
                iterator.reset();
            }
            DataSet batch = taken % 3 == 0 ? iterator.next(BATCH - 3) : iterator.next();
            ModesChild.check(batch);
            batch.getFeatures().addi(1);
        }
        iterator.reset();
    }
}
