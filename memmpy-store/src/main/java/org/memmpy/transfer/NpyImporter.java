// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.DType;
import org.memmpy.UnsupportedFormatException;
import org.memmpy.format.NpyHeader;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Reads NumPy's {@code .npy} files, versions 1 to 3, either byte order, C order. */
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
        try (InputStream in = new BufferedInputStream(Files.newInputStream(source))) {
            String name = source.getFileName().toString();
            readArray(in, source.toString(), name.substring(0, name.length() - 4), target);
        }
    }

    static void readArray(InputStream in, String source, String name, Target target)
            throws IOException {
        NpyHeader header = NpyHeader.read(in, source);
        DType dtype = header.dtype(source);
        if (header.fortranOrder() && header.shape().length > 1) {
            throw new UnsupportedFormatException(
                    source
                            + ": Fortran order; rows must lie one behind the other. Save it again with"
                            + " numpy.save('x.npy', numpy.ascontiguousarray(a))");
        }
        RawRows.copy(in, source, name, dtype, header.isBigEndian(), header.shape(), target);
    }

    static String lowerName(Path source) {
        Path name = source.getFileName();
        return name == null ? "" : name.toString().toLowerCase(Locale.ROOT);
    }
}
