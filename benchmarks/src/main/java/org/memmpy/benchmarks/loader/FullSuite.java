// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.memmpy.benchmarks.loader.PythonContenders.Library;
import org.memmpy.store.Store;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Against everybody: also through the engines, and beside what they and Python bring. */
@Command(
        name = "full",
        description = {
            "Measures shuffled minibatches of cached rows, also through DJL and Deeplearning4j, and",
            "beside Python's h5py, torch and memmpy. Takes more than half an hour."
        })
public final class FullSuite extends CachedSuite {
    @Option(
            names = "--memmpy-python",
            paramLabel = "DIR",
            defaultValue = "${env:MEMMPY_PYTHON}",
            description = "Where the Python library memmpy 0.1.11 lies; not part of this project.")
    private Path memmpy;

    @Option(
            names = "--memmpy-python-013",
            paramLabel = "DIR",
            defaultValue = "${env:MEMMPY_PYTHON_013}",
            description = "Where its version 0.1.3 lies.")
    private Path memmpy013;

    /** Called by the command line. */
    public FullSuite() {
        super(List.of(64, 256, 1024));
    }

    @Override
    List<Library> libraries() throws IOException {
        return List.of(
                Library.find(pythons(), "NumPy", "numpy_gather.py"),
                Library.find(pythons(), "h5py", "h5py_gather.py"),
                Library.find(pythons(), "torch", "torch_gather.py"),
                memmpy("Python memmpy 0.1.11", "memmpy_gather.py", memmpy, "MEMMPY_PYTHON"),
                memmpy(
                        "Python memmpy 0.1.3",
                        "memmpy_013_gather.py",
                        memmpy013,
                        "MEMMPY_PYTHON_013"));
    }

    private Library memmpy(String name, String script, Path folder, String variable)
            throws IOException {
        if (folder == null) {
            return Library.missing(name, variable + " does not say where it lies");
        }
        return Library.find(pythons(), name, script, folder.toAbsolutePath());
    }

    @Override
    List<Contenders> others(Store store, int batch, Path directory) {
        Engines.useOneThread();
        return List.of(new EngineContenders(store.table(), batch, directory));
    }
}
