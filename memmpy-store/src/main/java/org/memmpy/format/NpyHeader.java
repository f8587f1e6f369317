// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.UnsupportedFormatException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The header of an {@code .npy} file, versions 1 to 3.
 *
 * <p>Specification: <a
 * href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">numpy.lib.format</a>.
 */
public final class NpyHeader {
    /** The length of every header that a store writes: one page, so that data is page-aligned. */
    public static final int BYTES = 4096;

    /**
     * The part of a header that changes with the row count: one disk sector. The text always fits
     * it, because a shape of at most 32 dimensions whose product is below 2^63 has at most 120
     * characters.
     */
    public static final int CHANGING_BYTES = 512;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int PREFIX = 10;
    private static final int MAX_LENGTH = 1 << 20;

    /** NumPy's. */
    private static final int MAX_RANK = 64;

    private final String descr;
    private final boolean fortranOrder;
    private final long[] shape;
    private final long dataOffset;

    private NpyHeader(String descr, boolean fortranOrder, long[] shape, long dataOffset) {
        this.descr = descr;
        this.fortranOrder = fortranOrder;
        this.shape = shape;
        this.dataOffset = dataOffset;
    }

    /** {@return the element type as the file spells it, for example {@code <f4} or {@code >i2}} */
    public String descr() {
        return descr;
    }

    /** {@return whether the file says column-major order} */
    public boolean fortranOrder() {
        return fortranOrder;
    }

    /** {@return the shape of the whole array, a copy; empty for a single value} */
    public long[] shape() {
        return shape.clone();
    }

    /** {@return where the data starts in the file} */
    public long dataOffset() {
        return dataOffset;
    }

    /** {@return whether this is a file of rows of a type, whatever the row count} */
    public boolean holdsRowsOf(RowType type, long offset) {
        return descr.equals(type.dtype().descr())
                && (!fortranOrder || shape.length == 1)
                && dataOffset == offset
                && shape.length > 0
                && Arrays.equals(type.shape(shape[0]), shape);
    }

    /** {@return a sentence's part that says what the header says} */
    @Override
    public String toString() {
        return "dtype '"
                + descr
                + "', "
                + (fortranOrder ? "Fortran" : "C")
                + " order, shape "
                + RowType.format(shape);
    }

    /**
     * {@return the 4096 bytes with which a store starts an array's file}
     *
     * @param type the rows
     * @param rows how many, 0 or more
     */
    public static byte[] encode(RowType type, long rows) {
        String text =
                "{'descr': '%s', 'fortran_order': False, 'shape': %s, }"
                        .formatted(type.dtype().descr(), RowType.format(type.shape(rows)));
        byte[] header = new byte[BYTES];
        Arrays.fill(header, (byte) ' ');
        System.arraycopy(MAGIC, 0, header, 0, MAGIC.length);
        header[6] = 1;
        header[7] = 0;
        header[8] = (byte) (BYTES - PREFIX);
        header[9] = (byte) ((BYTES - PREFIX) >>> 8);
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, header, PREFIX, ascii.length);
        header[BYTES - 1] = '\n';
        return header;
    }

    /**
     * Reads a header; the stream then stands at the data.
     *
     * @param in the file's bytes from its start
     * @param source what to call the file in messages
     * @throws CorruptStoreException if the bytes are not an {@code .npy} header
     * @throws UnsupportedFormatException if they are one of an unknown version, or of structured
     *     data
     */
    public static NpyHeader read(InputStream in, String source) throws IOException {
        byte[] start = in.readNBytes(8);
        if (start.length < 8 || !Arrays.equals(start, 0, 6, MAGIC, 0, 6)) {
            throw corrupt(
                    source,
                    start.length == 0
                            ? "the file is empty"
                            : "it does not start with the bytes 93 'NUMPY'");
        }
        int version = start[6];
        if (version < 1 || version > 3 || start[7] != 0) {
            throw new UnsupportedFormatException(
                    "%s: .npy version %d.%d; versions 1.0, 2.0 and 3.0 are read. Save it again with"
                                    .formatted(source, start[6] & 0xff, start[7] & 0xff)
                            + " numpy.save");
        }
        byte[] lengthBytes = in.readNBytes(version == 1 ? 2 : 4);
        long length = 0;
        for (int i = lengthBytes.length - 1; i >= 0; i--) {
            length = (length << 8) | (lengthBytes[i] & 0xff);
        }
        if (length > MAX_LENGTH) {
            throw corrupt(source, "it claims a header of " + length + " bytes");
        }
        byte[] text = in.readNBytes((int) length);
        if (lengthBytes.length < (version == 1 ? 2 : 4) || text.length < length) {
            throw corrupt(source, "it ends inside its header");
        }
        long dataOffset = 8 + lengthBytes.length + length;
        var charset = version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
        return interpret(new String(text, charset), dataOffset, source);
    }

    private static NpyHeader interpret(String text, long dataOffset, String source) {
        Object parsed;
        try {
            parsed = PyLiteral.parse(text);
        } catch (IllegalArgumentException e) {
            throw corrupt(source, "its header is no Python dictionary: " + e.getMessage());
        }
        if (!(parsed instanceof Map<?, ?> entries)) {
            throw corrupt(source, "its header is no Python dictionary");
        }
        Object descr = entries.get("descr");
        if (descr instanceof List<?>) {
            throw new UnsupportedFormatException(
                    source
                            + ": structured dtype "
                            + abbreviate(descr.toString())
                            + ". Save each field as an array of its own: numpy.save('x.npy', a['x'])");
        }
        if (!(descr instanceof String name)
                || !(entries.get("fortran_order") instanceof Boolean fortran)
                || !(entries.get("shape") instanceof List<?> dimensions)) {
            throw corrupt(source, "its header lacks 'descr', 'fortran_order' or 'shape'");
        }
        if (dimensions.size() > MAX_RANK) {
            throw corrupt(source, "its shape has " + dimensions.size() + " dimensions");
        }
        long[] shape = new long[dimensions.size()];
        for (int i = 0; i < shape.length; i++) {
            if (!(dimensions.get(i) instanceof Long dimension) || dimension < 0) {
                throw corrupt(source, "its shape is " + abbreviate(dimensions.toString()));
            }
            shape[i] = dimension;
        }
        return new NpyHeader(name, fortran, shape, dataOffset);
    }

    /**
     * {@return the element type, whatever the byte order; {@link #isBigEndian} tells that}
     *
     * @param source what to call the file in messages
     * @throws UnsupportedFormatException for objects, strings, dates and whatever else has no
     *     {@link DType}
     */
    public DType dtype(String source) {
        String little = isBigEndian() ? "<" + descr.substring(1) : descr;
        return DType.ofDescr(little)
                .orElseThrow(
                        () ->
                                new UnsupportedFormatException(
                                        source
                                                + ": dtype '"
                                                + abbreviate(descr)
                                                + "' ("
                                                + kind()
                                                + "). Arrays of bool, int8 to int64, uint8 to"
                                                + " uint64, float16, float32 and float64 are read;"
                                                + " convert it in NumPy with astype"));
    }

    /** {@return whether elements are stored with the most significant byte first} */
    public boolean isBigEndian() {
        return descr.startsWith(">");
    }

    private String kind() {
        String letters = descr.replaceFirst("^[<>|=]", "");
        return switch (letters.isEmpty() ? '?' : letters.charAt(0)) {
            case 'O' -> "Python objects, stored as a pickle";
            case 'V' -> "raw or structured records";
            case 'U' -> "str: strings";
            case 'S', 'a' -> "bytes: strings of bytes";
            case 'M' -> "datetime64: dates";
            case 'm' -> "timedelta64: durations";
            case 'c' -> "complex numbers";
            case 'f' -> "longdouble: extended precision";
            default -> "unknown";
        };
    }

    private static String abbreviate(String text) {
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }

    private static CorruptStoreException corrupt(String source, String found) {
        return new CorruptStoreException(
                source
                        + ": not a readable .npy file: "
                        + found
                        + ". It was cut, overwritten or is of another kind; write it again");
    }
}
