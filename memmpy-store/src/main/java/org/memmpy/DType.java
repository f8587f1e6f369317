// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy;

import java.util.Locale;
import java.util.Optional;

/**
 * The type of one array element, named as in NumPy.
 *
 * <p>On disk every element is little endian. {@link #BFLOAT16} has no NumPy type: its {@code .npy}
 * files say {@code <u2} (the raw bits) and the store's manifest says what the bits mean.
 */
public enum DType {
    /** One byte, 0 or 1. */
    BOOL(1, "|b1", Kind.BOOL),
    /** Signed 8-bit integer. */
    INT8(1, "|i1", Kind.SIGNED),
    /** Signed 16-bit integer. */
    INT16(2, "<i2", Kind.SIGNED),
    /** Signed 32-bit integer. */
    INT32(4, "<i4", Kind.SIGNED),
    /** Signed 64-bit integer. */
    INT64(8, "<i8", Kind.SIGNED),
    /** Unsigned 8-bit integer; Java code sees it as a {@code byte} of the same bits. */
    UINT8(1, "|u1", Kind.UNSIGNED),
    /** Unsigned 16-bit integer; Java code sees it as a {@code short} of the same bits. */
    UINT16(2, "<u2", Kind.UNSIGNED),
    /** Unsigned 32-bit integer; Java code sees it as an {@code int} of the same bits. */
    UINT32(4, "<u4", Kind.UNSIGNED),
    /** Unsigned 64-bit integer; Java code sees it as a {@code long} of the same bits. */
    UINT64(8, "<u8", Kind.UNSIGNED),
    /** IEEE 754 binary16; Java code sees it as a {@code short} of the same bits. */
    FLOAT16(2, "<f2", Kind.FLOAT),
    /** The upper 16 bits of a binary32; Java code sees it as a {@code short} of the same bits. */
    BFLOAT16(2, "<u2", Kind.FLOAT),
    /** IEEE 754 binary32. */
    FLOAT32(4, "<f4", Kind.FLOAT),
    /** IEEE 754 binary64. */
    FLOAT64(8, "<f8", Kind.FLOAT);

    private enum Kind {
        BOOL,
        SIGNED,
        UNSIGNED,
        FLOAT
    }

    private final int bytes;
    private final String descr;
    private final Kind kind;
    private final String lowerName;

    DType(int bytes, String descr, Kind kind) {
        this.bytes = bytes;
        this.descr = descr;
        this.kind = kind;
        this.lowerName = name().toLowerCase(Locale.ROOT);
    }

    /** {@return the size of one element in bytes} */
    public int bytes() {
        return bytes;
    }

    /** {@return the type as an {@code .npy} header spells it, for example {@code <f4}} */
    public String descr() {
        return descr;
    }

    /** {@return whether elements are floating-point numbers} */
    public boolean isFloating() {
        return kind == Kind.FLOAT;
    }

    /** {@return whether elements are integers, signed or not; false for {@link #BOOL}} */
    public boolean isInteger() {
        return kind == Kind.SIGNED || kind == Kind.UNSIGNED;
    }

    /** {@return whether elements are unsigned integers} */
    public boolean isUnsigned() {
        return kind == Kind.UNSIGNED;
    }

    /**
     * Finds a type by its NumPy name.
     *
     * @param name for example {@code "uint8"}
     * @return the type, or empty if this library does not store that type
     */
    public static Optional<DType> ofName(String name) {
        for (DType type : values()) {
            if (type.lowerName.equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /**
     * Finds a type by the spelling of an {@code .npy} header, byte order included.
     *
     * @param descr for example {@code "<f4"}; {@code "<u2"} is {@link #UINT16}
     * @return the type, or empty if this library does not map that type
     */
    public static Optional<DType> ofDescr(String descr) {
        for (DType type : values()) {
            if (type.descr.equals(descr) && type != BFLOAT16) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** {@return the NumPy name, for example {@code uint8}} */
    @Override
    public String toString() {
        return lowerName;
    }
}
