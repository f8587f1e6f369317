// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

/**
 * The CRC-32C of bytes of which only the CRC-32Cs of consecutive pieces are known.
 *
 * <p>Polynomials over GF(2), bit-reversed as CRC-32C is: appending n bytes multiplies what was
 * before by x^(8n) modulo the Castagnoli polynomial. The method is that of zlib's {@code
 * crc32_combine} (Mark Adler, version 1.2.12 on). A full block of {@link BlockChecksums#BLOCK}
 * bytes costs four table look-ups, a piece of another length some 30 steps for each bit of its
 * length.
 */
public final class JoinedChecksum {
    private static final int POLYNOMIAL = 0x82f6_3b78;

    /** x^0: the highest bit is the lowest power. */
    private static final int ONE = 1 << 31;

    /** x^(2^k). */
    private static final int[] POWERS = powers();

    /** For each byte of a CRC, what it becomes when a full block of zeros follows. */
    private static final int[][] BLOCK = table(power(8L * BlockChecksums.BLOCK));

    private int crc;

    /** Begins with no bytes; their CRC is 0. */
    public JoinedChecksum() {}

    /** Adds a full block by its CRC. */
    public void addBlock(int sum) {
        crc =
                BLOCK[0][crc & 0xff]
                        ^ BLOCK[1][(crc >>> 8) & 0xff]
                        ^ BLOCK[2][(crc >>> 16) & 0xff]
                        ^ BLOCK[3][crc >>> 24]
                        ^ sum;
    }

    /** Adds bytes by their CRC and their number, less than 2^60. */
    public void add(int sum, long bytes) {
        crc = multiply(power(8 * bytes), crc) ^ sum;
    }

    /** {@return the CRC of all bytes added} */
    public int value() {
        return crc;
    }

    private static int multiply(int a, int b) {
        int product = 0;
        int rest = b;
        for (int bit = ONE; bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= rest;
            }
            rest = (rest & 1) == 0 ? rest >>> 1 : (rest >>> 1) ^ POLYNOMIAL;
        }
        return product;
    }

    private static int power(long exponent) {
        int product = ONE;
        long rest = exponent;
        for (int k = 0; rest != 0; k++, rest >>>= 1) {
            if ((rest & 1) != 0) {
                product = multiply(POWERS[k], product);
            }
        }
        return product;
    }

    private static int[] powers() {
        int[] powers = new int[Long.SIZE];
        powers[0] = ONE >>> 1;
        for (int k = 1; k < powers.length; k++) {
            powers[k] = multiply(powers[k - 1], powers[k - 1]);
        }
        return powers;
    }

    private static int[][] table(int factor) {
        int[][] table = new int[Integer.BYTES][256];
        for (int place = 0; place < Integer.BYTES; place++) {
            for (int value = 0; value < 256; value++) {
                table[place][value] = multiply(factor, value << (8 * place));
            }
        }
        return table;
    }
}
