// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.CorruptStoreException;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
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
        Set<String> seen = new HashSet<>();
        try (ZipFile zip = new ZipFile(source.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                String name = entry.getName();
                if (!name.endsWith(MEMBER)) {
                    continue;
                }
                String member = source + ", member " + name;
                if (!seen.add(name)) {
                    throw new CorruptStoreException(
                            member + ": there are two of that name. Write the file again");
                }
                String array = name.substring(0, name.length() - MEMBER.length());
                try (InputStream in = zip.getInputStream(entry)) {
                    read(in, entry, member, array, target);
                }
            }
        } catch (ZipException e) {
            throw new CorruptStoreException(
                    source + ": not a readable .npz file: " + e.getMessage() + ". Write it again",
                    e);
        }
    }

    /** {@link ZipFile} does not hold a member against its checksum, so we do. */
    private static void read(
            InputStream in, ZipEntry entry, String member, String array, Target target)
            throws IOException {
        CheckedInputStream checked =
                new CheckedInputStream(new BufferedInputStream(in), new CRC32());
        NpyImporter.readArray(checked, member, array, target);
        checked.skip(Long.MAX_VALUE); // to the end of the member
        if (checked.getChecksum().getValue() != entry.getCrc()) {
            throw new CorruptStoreException(
                    member
                            + ": its checksum is wrong: the file is damaged. Write or copy it again");
        }
    }
}
