// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.UnsupportedFormatException;
import org.memmpy.kernel.Elements;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;

/** Reads an array's elements from a stream and hands them on as rows. */
final class RawRows {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final long MAX_ROW_BYTES = 1 << 30;

    private RawRows() {}

    /**
     * Reads one array to its end.
     *
     * @param in at the first element, C order
     * @param source what to call the file in messages
     * @param name of the array
     * @param dtype of the elements
     * @param bigEndian whether each element has its most significant byte first
     * @param shape of the whole array
     */
    static void copy(
            InputStream in,
            String source,
            String name,
            DType dtype,
            boolean bigEndian,
            long[] shape,
            Importer.Target target)
            throws IOException {
        RowType type = rowType(source, dtype, shape);
        Importer.RowSink sink = target.array(name, type, shape[0]);
        long rowsPerPiece = Math.max(1, BUFFER_BYTES / type.bytes());
        for (long row = 0; row < shape[0]; row += rowsPerPiece) {
            int length = (int) (Math.min(rowsPerPiece, shape[0] - row) * type.bytes());
            byte[] buffer =
                    in.readNBytes(length); // grows with what comes, not with what is claimed
            int found = buffer.length;
            if (found < length) {
                throw new CorruptStoreException(
                        "%s: its header says shape %s, but the data ends in row %,d. The file was cut; write or copy it again"
                                .formatted(
                                        source, RowType.format(shape), row + found / type.bytes()));
            }
            MemorySegment rows = MemorySegment.ofArray(buffer);
            if (bigEndian && dtype.bytes() > 1) {
                Elements.swap(rows, rows, dtype.bytes());
            }
            sink.append(rows);
        }
    }

    /**
     * {@return the rows of an array}
     *
     * @throws UnsupportedFormatException if it has none, or a store cannot hold them
     */
    static RowType rowType(String source, DType dtype, long[] shape) {
        if (shape.length == 0) {
            throw new UnsupportedFormatException(
                    source
                            + ": a single value of shape (), which has no rows. Give it an axis in NumPy:"
                            + " numpy.save('x.npy', a.reshape(1))");
        }
        long[] rowShape = new long[shape.length - 1];
        System.arraycopy(shape, 1, rowShape, 0, rowShape.length);
        RowType type;
        try {
            type = RowType.of(dtype, rowShape);
        } catch (IllegalArgumentException e) {
            throw new UnsupportedFormatException(
                    source + ": shape " + RowType.format(shape) + ": " + e.getMessage());
        }
        if (type.bytes() > MAX_ROW_BYTES) {
            throw new UnsupportedFormatException(
                    "%s: shape %s: a row has %,d bytes, more than %,d. Divide the rows in NumPy with reshape"
                            .formatted(source, RowType.format(shape), type.bytes(), MAX_ROW_BYTES));
        }
        return type;
    }
}
