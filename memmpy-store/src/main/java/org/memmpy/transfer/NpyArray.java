// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.CorruptStoreException;
import org.memmpy.RowType;
import org.memmpy.format.NpyHeader;
import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.io.InputStream;

/** One array in NumPy's format, wherever it lies: a file, or a member of an archive. */
final class NpyArray {
    private final String source;
    private final NpyHeader header;
    private final RowType type;
    private final long rows;

    private NpyArray(String source, NpyHeader header, RowType type, long rows) {
        this.source = source;
        this.header = header;
        this.type = type;
        this.rows = rows;
    }

    /**
     * Reads the header; the stream then stands at the first element.
     *
     * @param source what to call the array in messages
     * @throws org.memmpy.UnsupportedFormatException if a store cannot hold such an array
     */
    static NpyArray read(InputStream in, String source) throws IOException {
        NpyHeader header = NpyHeader.read(in, source);
        long[] shape = header.shape();
        RowType type = RawRows.rowType(source, header.dtype(source), shape);
        return new NpyArray(source, header, type, shape[0]);
    }

    /** {@return whether rows do not lie one behind the other: Fortran order} */
    boolean isFortran() {
        return header.fortranOrder() && header.shape().length > 1;
    }

    /** {@return where the first element is, from the header's start} */
    long dataOffset() {
        return header.dataOffset();
    }

    /** {@return how many bytes header and elements take} */
    long bytes() {
        try {
            return Math.addExact(dataOffset(), Math.multiplyExact(rows, type.bytes()));
        } catch (ArithmeticException e) {
            throw new CorruptStoreException(
                    "%s: its header says shape %s, which no file can hold. It was overwritten or made up; write it again"
                            .formatted(source, RowType.format(header.shape())),
                    e);
        }
    }

    /** Makes sure that header and elements can be there. */
    void requireBytes(long available) {
        if (available < bytes()) {
            throw new CorruptStoreException(
                    "%s: its header says shape %s, which takes %,d bytes, but %,d are there. The file was cut; write or copy it again"
                            .formatted(source, RowType.format(header.shape()), bytes(), available));
        }
    }

    /**
     * Hands the rows on.
     *
     * @param in at the first element; not in Fortran order
     */
    void copy(InputStream in, String name, Importer.Target target) throws IOException {
        RawRows.copy(in, source, name, type.dtype(), header.isBigEndian(), header.shape(), target);
    }

    /**
     * Hands the rows of an array in Fortran order on.
     *
     * @param file where it is, whole
     * @param offset of the first element in the file
     */
    void turn(ReadableFile file, long offset, String name, Importer.Target target)
            throws IOException {
        Importer.RowSink sink = target.array(name, type, rows);
        FortranRows.copy(file, offset, source, type, header.isBigEndian(), rows, sink);
    }
}
