// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.memmpy.batch.Column.column;

import org.memmpy.DType;
import org.memmpy.os.PageFile;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.memmpy.testing.ChildJvm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What the main classes have in common that try {@link Memory} of every kind in other JVMs. */
final class ModesChild {
    static final int ROWS = 240;
    static final int ROW_BYTES = 4096;

    /** Of such a JVM: anonymous memory grows by leaks only, and the engine finds itself offline. */
    static final List<String> OPTIONS =
            ChildJvm.steady(
                    "-Dai.djl.offline=true",
                    "-DOPT_OUT_TRACKING=true",
                    "-Dai.djl.pytorch.num_threads=1");

    private ModesChild() {}

    /** Kinds of memory, and what may be done to a batch in them. */
    enum Mode {
        ENGINE(Memory.engine()),
        POOLED(Memory.unsafePooled()),
        REMAPPED(Memory.unsafeRemapped("wide")),
        VIEWS(Memory.unsafeViews("wide"));

        @SuppressWarnings("ImmutableEnumChecker") // it is, but says so in words
        final Memory memory;

        Mode(Memory memory) {
            this.memory = memory;
        }

        boolean isSupported() {
            return this != REMAPPED || PageFile.isSupported();
        }

        /** Whether files may be cut while batches are read. */
        boolean isSafe() {
            return this == ENGINE;
        }

        boolean isWritable() {
            return this != VIEWS;
        }
    }

    /** Makes {@code wide}, of whole pages, and {@code id}: both say the row's number everywhere. */
    static void create(Path path) throws IOException {
        byte[] wide = new byte[ROWS * ROW_BYTES];
        long[] ids = new long[ROWS];
        for (int row = 0; row < ROWS; row++) {
            Arrays.fill(wide, row * ROW_BYTES, (row + 1) * ROW_BYTES, (byte) row);
            ids[row] = row;
        }
        try (Store store = Store.create(path, StoreOption.NO_FORCE)) {
            store.array("wide", DType.UINT8, ROW_BYTES).append(wide);
            store.array("id", DType.INT64).append(ids);
            store.commit();
        }
    }

    static MemmpyDataset.Builder dataset(Store store, Mode mode) {
        return MemmpyDataset.builder()
                .setTable(store.table())
                .addFeature(column("wide"))
                .addLabel(column("id"))
                .optMemory(mode.memory);
    }
}
