// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import org.memmpy.store.Store;
import org.memmpy.transfer.IdxImporter;
import org.memmpy.transfer.Importer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Fashion-MNIST: 28 by 28 grey pixels of ten kinds of clothes. The project brings the 10,000 images
 * of the test split; Debian's package {@code dataset-fashion-mnist} has all 70,000.
 *
 * @param directory where the files are
 * @param parts what their names begin with
 */
record FashionImages(Path directory, List<String> parts) {
    static final int CLASSES = 10;

    private static final Path DEBIAN = Path.of("/usr/share/datasets/fashion-mnist");

    /** {@return the images of this machine: all of them, if they are installed} */
    static FashionImages find() throws IOException {
        FashionImages all = new FashionImages(DEBIAN, List.of("train", "t10k"));
        return all.isComplete() ? all : bundled();
    }

    /** {@return the 10,000 images that the project brings} */
    static FashionImages bundled() throws IOException {
        Path directory = Workplace.samples().resolve("data/fashion-mnist");
        return new FashionImages(directory, List.of("t10k"));
    }

    boolean isComplete() {
        return parts.stream().allMatch(part -> Files.isReadable(images(part)));
    }

    /**
     * Makes a store with two arrays, {@code image} and {@code label}.
     *
     * @param path a directory that does not exist
     */
    void importInto(Path path) throws IOException {
        Importer idx = new IdxImporter();
        try (Store store = Store.create(path)) {
            for (String part : parts) {
                idx.read(images(part), into(store, "image"));
                idx.read(labels(part), into(store, "label"));
            }
            store.commit();
        }
    }

    /** Whatever a file calls its array, it becomes the next rows of ours. */
    private static Importer.Target into(Store store, String array) {
        return (name, type, rows) -> store.array(array, type.dtype(), type.shape())::append;
    }

    private Path images(String part) {
        return directory.resolve(part + "-images-idx3-ubyte.gz");
    }

    private Path labels(String part) {
        return directory.resolve(part + "-labels-idx1-ubyte.gz");
    }
}
