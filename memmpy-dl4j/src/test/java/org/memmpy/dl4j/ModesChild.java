// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.memmpy.batch.Column.column;

import org.memmpy.DType;
import org.memmpy.os.PageFile;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.memmpy.testing.ChildJvm;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.nativeblas.NativeOpsHolder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What the main classes have in common that try {@link Memory} of every kind in other JVMs. */
final class ModesChild {
    static final int ROWS = 160;
    static final int ROW_FLOATS = 1024;

    /** How many batches stay right that are not left to the collector. */
    static final int KEPT = 4;

    /** How many bytes of batches there are before the collector is asked. */
    static final long CAP = 4 << 20;

    /** Of such a JVM: anonymous memory grows by leaks only. */
    static final List<String> OPTIONS = ChildJvm.steady("--sun-misc-unsafe-memory-access=allow");

    private ModesChild() {}

    /** Kinds of memory, and what may be done to a batch in them. */
    enum Mode {
        RECYCLED(Memory.recycled()),
        RING(Memory.unsafeRing(KEPT)),
        REMAPPED(Memory.unsafeRemapped(KEPT, "wide"));

        @SuppressWarnings("ImmutableEnumChecker") // it is, but says so in words
        final Memory memory;

        Mode(Memory memory) {
            this.memory = memory;
        }

        boolean isSupported() {
            return this != REMAPPED || PageFile.isSupported();
        }

        /** Whether files may be cut, and arrays used after the iterator was closed. */
        boolean isCopied() {
            return this != REMAPPED;
        }
    }

    /** Has ND4J compute with one thread. */
    static void useOneThread() {
        Nd4jArrays.requireCpu();
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
    }

    /** Makes {@code wide}, of a page, and {@code id}: both say the row's number everywhere. */
    static void create(Path path) throws IOException {
        float[] wide = new float[ROWS * ROW_FLOATS];
        int[] ids = new int[ROWS];
        for (int row = 0; row < ROWS; row++) {
            Arrays.fill(wide, row * ROW_FLOATS, (row + 1) * ROW_FLOATS, row);
            ids[row] = row;
        }
        try (Store store = Store.create(path, StoreOption.NO_FORCE)) {
            store.array("wide", DType.FLOAT32, ROW_FLOATS).append(wide);
            store.array("id", DType.INT32).append(ids);
            store.commit();
        }
    }

    static MemmpyDataSetIterator.Builder iterator(Store store, Mode mode) {
        return new MemmpyDataSetIterator.Builder(store.table())
                .feature(column("wide"))
                .label(column("id"))
                .memory(mode.memory)
                .memoryCap(CAP);
    }

    /** Whatever happens, what was delivered is what was stored. */
    static void check(DataSet batch) {
        for (int row = 0; row < batch.numExamples(); row++) {
            int id = batch.getLabels().getInt(row, 0);
            for (int at = row % 7; at < ROW_FLOATS; at += 511) {
                float found = batch.getFeatures().getFloat(row, at);
                if (found != id) {
                    throw new AssertionError("row " + id + " has " + found);
                }
            }
        }
    }
}
