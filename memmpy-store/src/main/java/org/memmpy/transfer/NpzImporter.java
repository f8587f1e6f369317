// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.CorruptStoreException;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Reads NumPy's {@code .npz} files, compressed or not: every member {@code x.npy} is an array
 * {@code x}. Other members are passed over.
 */
public final class NpzImporter implements Importer {
    private static final String MEMBER = ".npy";

    /** For {@link java.util.ServiceLoader}. */
    public NpzImporter() {}

    @Override
    public String format() {
        return ".npz";
    }

    @Override
    public boolean accepts(Path source) {
        return NpyImporter.lowerName(source).endsWith(".npz");
    }

    @Override
    public void read(Path source, Target target) throws IOException {
        try (ZipFile zip = new ZipFile(source.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (!entry.getName().endsWith(MEMBER)) {
                    continue;
                }
                String name = entry.getName();
                try (InputStream in = new BufferedInputStream(zip.getInputStream(entry))) {
                    NpyImporter.readArray(
                            in,
                            source + ", member " + name,
                            name.substring(0, name.length() - MEMBER.length()),
                            target);
                }
            }
        } catch (ZipException e) {
            throw new CorruptStoreException(
                    source + ": not a readable .npz file: " + e.getMessage() + ". Write it again",
                    e);
        }
    }
}
