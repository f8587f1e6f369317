// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import java.nio.ByteBuffer;

/**
 * The numbers of the zip format.
 *
 * <p>Specification: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", version 6.3.10.
 */
final class ZipFormat {
    static final int LOCAL = 0x04034b50;
    static final int CENTRAL = 0x02014b50;
    static final int END = 0x06054b50;
    static final int END_64 = 0x06064b50;
    static final int LOCATOR_64 = 0x07064b50;

    static final int LOCAL_BYTES = 30;
    static final int CENTRAL_BYTES = 46;
    static final int END_BYTES = 22;
    static final int END_64_BYTES = 56;
    static final int LOCATOR_64_BYTES = 20;

    /** A field of 16 or 32 bits that is full stands for a wider one elsewhere. */
    static final int FULL_16 = 0xffff;

    static final long FULL_32 = 0xffff_ffffL;

    /** Extra field: sizes and offsets of 64 bits. */
    static final int ZIP_64 = 0x0001;

    /** Extra field: "data stream alignment", as Apache Commons Compress writes it. */
    static final int ALIGNMENT = 0xa11e;

    /** Flag: sizes and checksum follow the data, and the local header need not have them. */
    static final int DESCRIPTOR = 1 << 3;

    /** Flag: the name is UTF-8. */
    static final int UTF_8 = 1 << 11;

    /** Flags: encrypted, patch data, strongly encrypted, masked header. */
    static final int UNREADABLE = 1 | 1 << 5 | 1 << 6 | 1 << 13;

    static final int STORED = 0;
    static final int DEFLATED = 8;

    private ZipFormat() {}

    static int u16(ByteBuffer buffer, int at) {
        return buffer.getShort(at) & 0xffff;
    }

    static long u32(ByteBuffer buffer, int at) {
        return buffer.getInt(at) & 0xffff_ffffL;
    }
}
