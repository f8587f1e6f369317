// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/**
 * A random order of {@code 0 .. size - 1}; order version 1.
 *
 * <p>Up to {@value #SHUFFLED_ROWS} rows: Durstenfeld's form of the Fisher-Yates shuffle, fed by
 * SplitMix64, so that small sets are uniform over all orders as far as a 64-bit key allows. Beyond:
 * a keyed bijection of the next power of two, restricted to the size by cycle walking (Black and
 * Rogaway, "Ciphers with Arbitrary Finite Domains", 2002), which takes no memory and at most two
 * steps a row on average. The bijection is four rounds of add, multiply by an odd number, and
 * xor-shift, each invertible modulo a power of two.
 */
abstract sealed class Permutation extends RowIndex {
    static final int SHUFFLED_ROWS = 1 << 16;

    private final long size;

    private Permutation(long size) {
        this.size = size;
    }

    static Permutation of(long size, long key) {
        return size <= SHUFFLED_ROWS ? new Shuffled((int) size, key) : new Keyed(size, key);
    }

    @Override
    public final long size() {
        return size;
    }

    @Override
    public final long bound() {
        return size;
    }

    @Override
    public final String toString() {
        return "a shuffle of %,d".formatted(size);
    }

    private static final class Shuffled extends Permutation {
        private final int[] order;

        Shuffled(int size, long key) {
            super(size);
            order = new int[size];
            for (int i = 0; i < size; i++) {
                order[i] = i;
            }
            SplitMix64 random = new SplitMix64(key);
            for (int i = size - 1; i > 0; i--) {
                int j = (int) random.nextBelow(i + 1L);
                int swapped = order[i];
                order[i] = order[j];
                order[j] = swapped;
            }
        }

        @Override
        void map(long[] positions, int offset, int length) {
            for (int i = offset; i < offset + length; i++) {
                positions[i] = order[(int) positions[i]];
            }
        }
    }

    private static final class Keyed extends Permutation {
        private final long size;
        private final long mask;
        private final int shift;
        private final long add0;
        private final long add1;
        private final long add2;
        private final long add3;
        private final long multiply0;
        private final long multiply1;
        private final long multiply2;
        private final long multiply3;

        Keyed(long size, long key) {
            super(size);
            this.size = size;
            int bits = Long.SIZE - Long.numberOfLeadingZeros(size - 1);
            mask = -1L >>> (Long.SIZE - bits);
            shift = (bits + 1) / 2;
            SplitMix64 random = new SplitMix64(key);
            add0 = random.next();
            multiply0 = random.next() | 1;
            add1 = random.next();
            multiply1 = random.next() | 1;
            add2 = random.next();
            multiply2 = random.next() | 1;
            add3 = random.next();
            multiply3 = random.next() | 1;
        }

        @Override
        void map(long[] positions, int offset, int length) {
            for (int i = offset; i < offset + length; i++) {
                long x = positions[i];
                do {
                    x = ((x + add0) * multiply0) & mask;
                    x ^= x >>> shift;
                    x = ((x + add1) * multiply1) & mask;
                    x ^= x >>> shift;
                    x = ((x + add2) * multiply2) & mask;
                    x ^= x >>> shift;
                    x = ((x + add3) * multiply3) & mask;
                    x ^= x >>> shift;
                } while (x >= size);
                positions[i] = x;
            }
        }
    }
}
