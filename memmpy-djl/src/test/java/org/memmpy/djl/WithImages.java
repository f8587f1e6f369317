// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDManager;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.store.Store;

import java.nio.file.Path;

/** A store of {@link Rows} that is open for reading, and a manager. */
abstract class WithImages {
    @TempDir private Path dir;
    private final int rows;
    Store store;
    NDManager manager;

    WithImages(int rows) {
        this.rows = rows;
    }

    @BeforeEach
    final void open() throws Exception {
        store = Rows.create(dir.resolve("train.memmpy"), rows);
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    final void close() {
        manager.close();
        store.close();
    }
}
