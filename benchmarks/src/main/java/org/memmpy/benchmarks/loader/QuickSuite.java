// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.memmpy.benchmarks.loader.PythonContenders.Library;
import org.memmpy.store.Store;

import picocli.CommandLine.Command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Against memory itself and NumPy. */
@Command(
        name = "quick",
        description = "Measures shuffled minibatches of cached rows, in at most three minutes.")
public final class QuickSuite extends CachedSuite {
    /** Called by the command line. */
    public QuickSuite() {
        super(List.of(256));
    }

    @Override
    List<Library> libraries() throws IOException {
        return List.of(Library.find(pythons(), "NumPy", "numpy_gather.py"));
    }

    @Override
    List<Contenders> others(Store store, int batch, Path directory) {
        return List.of();
    }
}
