// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.CorruptStoreException;
import org.memmpy.DType;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads the IDX files of MNIST and its descendants, plain or gzipped.
 *
 * <p>Format: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits": two zero
 * bytes, a type, the number of dimensions, the dimensions as 32-bit integers, the data; all big
 * endian.
 */
public final class IdxImporter implements Importer {
    /** For {@link java.util.ServiceLoader}. */
    public IdxImporter() {}

    @Override
    public String format() {
        return "IDX(.gz)";
    }

    @Override
    public boolean accepts(Path source) throws IOException {
        if (!Files.isRegularFile(source)) {
            return false;
        }
        try (DataInputStream in = open(source)) {
            int magic = in.readInt();
            return magic >>> 16 == 0 && dtype((magic >>> 8) & 0xff) != null;
        } catch (EOFException | ZipException e) {
            return false;
        }
    }

    @Override
    public void read(Path source, Target target) throws IOException {
        String name = source.getFileName().toString();
        String stem = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
        try (DataInputStream in = open(source)) {
            int magic = in.readInt();
            DType dtype = dtype((magic >>> 8) & 0xff);
            if (magic >>> 16 != 0 || dtype == null) {
                throw new CorruptStoreException(
                        "%s: not an IDX file: it starts with %08x. It was cut, overwritten or is of another kind"
                                .formatted(source, magic));
            }
            long[] shape = new long[magic & 0xff];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = Integer.toUnsignedLong(in.readInt());
            }
            RawRows.copy(in, source.toString(), stem, dtype, true, shape, target);
        } catch (EOFException | ZipException e) {
            throw new CorruptStoreException(
                    source + ": the file was cut or is damaged; write or copy it again", e);
        }
    }

    /** A gzipped file is told by its first bytes, not by its name. */
    private static DataInputStream open(Path source) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(source), 1 << 16);
        try {
            in.mark(2);
            boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
            in.reset();
            return new DataInputStream(gzip ? new GZIPInputStream(in, 1 << 16) : in);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private static DType dtype(int code) {
        return switch (code) {
            case 0x08 -> DType.UINT8;
            case 0x09 -> DType.INT8;
            case 0x0b -> DType.INT16;
            case 0x0c -> DType.INT32;
            case 0x0d -> DType.FLOAT32;
            case 0x0e -> DType.FLOAT64;
            default -> null;
        };
    }
}
