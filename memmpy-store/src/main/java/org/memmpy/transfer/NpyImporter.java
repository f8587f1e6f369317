// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.os.ReadableFile;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Reads NumPy's {@code .npy} files, versions 1 to 3, either byte order. Fortran order is turned to
 * C order on the way, in 64 MiB of memory (more if a row is longer than 32 MiB).
 */
public final class NpyImporter implements Importer {
    /** For {@link java.util.ServiceLoader}. */
    public NpyImporter() {}

    @Override
    public String format() {
        return ".npy";
    }

    @Override
    public boolean accepts(Path source) {
        return lowerName(source).endsWith(".npy");
    }

    @Override
    public void read(Path source, Target target) throws IOException {
        String fileName = source.getFileName().toString();
        String name = fileName.substring(0, fileName.length() - 4);
        NpyArray array;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(source))) {
            array = NpyArray.read(in, source.toString());
            if (!array.isFortran()) {
                array.copy(in, name, target);
                return;
            }
        }
        try (ReadableFile file = ReadableFile.open(source)) {
            array.requireBytes(file.size());
            array.turn(file, array.dataOffset(), name, target);
        }
    }

    static String lowerName(Path source) {
        Path name = source.getFileName();
        return name == null ? "" : name.toString().toLowerCase(Locale.ROOT);
    }
}
