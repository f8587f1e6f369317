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
    private final long key;

    private Permutation(long size, long key) {
        this.size = size;
        this.key = key;
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
    final long hash() {
        return Hashes.of("shuffle 1", size, key);
    }

    /** {@return where a row is} */
    abstract long positionOf(long row);

    @Override
    public final String toString() {
        return "a shuffle of %,d".formatted(size);
    }

    private static final class Shuffled extends Permutation {
        private final int[] order;

        Shuffled(int size, long key) {
            super(size, key);
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

        @Override
        long positionOf(long row) {
            int position = 0;
            while (order[position] != row) {
                position++;
            }
            return position;
        }
    }

    /** The bijection, for windows too small to be a {@link Shuffled} of their own. */
    static final class Keyed extends Permutation {
        private static final int BLOCK = Long.SIZE;

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
            super(size, key);
            this.size = size;
            int bits = Math.max(1, Long.SIZE - Long.numberOfLeadingZeros(size - 1));
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

        private long step(long position) {
            long x = ((position + add0) * multiply0) & mask;
            x ^= x >>> shift;
            x = ((x + add1) * multiply1) & mask;
            x ^= x >>> shift;
            x = ((x + add2) * multiply2) & mask;
            x ^= x >>> shift;
            x = ((x + add3) * multiply3) & mask;
            return x ^ (x >>> shift);
        }

        /** {@return the row at one position} */
        long row(long position) {
            long x = position;
            do {
                x = step(x);
            } while (x >= size);
            return x;
        }

        /**
         * Walks in blocks of 64 positions, with a bit for each that is still outside: whether one
         * is cannot be predicted, and a branch for each would cost more than the steps (19 ns
         * against 8 just above a power of two).
         */
        @Override
        void map(long[] positions, int offset, int length) {
            int end = offset + length;
            for (int from = offset; from < end; from += BLOCK) {
                walk(positions, from, Math.min(BLOCK, end - from));
            }
        }

        private void walk(long[] positions, int from, int count) {
            for (int i = 0; i < count; i++) {
                positions[from + i] = step(positions[from + i]);
            }
            long last = size - 1;
            long outside = 0;
            for (int i = 0; i < count; i++) {
                outside |= ((last - positions[from + i]) >>> (Long.SIZE - 1)) << i;
            }
            while (outside != 0) {
                long still = 0;
                for (long rest = outside; rest != 0; rest &= rest - 1) {
                    int i = Long.numberOfTrailingZeros(rest);
                    long x = step(positions[from + i]);
                    positions[from + i] = x;
                    still |= ((last - x) >>> (Long.SIZE - 1)) << i;
                }
                outside = still;
            }
        }

        /** Undoes the steps, last first; walking backwards ends where walking forwards began. */
        @Override
        long positionOf(long row) {
            long x = row;
            do {
                x = unstep(x, multiply3, add3);
                x = unstep(x, multiply2, add2);
                x = unstep(x, multiply1, add1);
                x = unstep(x, multiply0, add0);
            } while (x >= size);
            return x;
        }

        private long unstep(long x, long multiply, long add) {
            // shift is at least half the bits, so one xor undoes the other
            long unshifted = x ^ (x >>> shift);
            return (unshifted * inverse(multiply) - add) & mask;
        }

        /** {@return the inverse modulo 2^64, by Newton's method} */
        private static long inverse(long odd) {
            long inverse = odd; // right to 3 bits, and each step doubles them
            for (int i = 0; i < 5; i++) {
                inverse *= 2 - odd * inverse;
            }
            return inverse;
        }
    }
}
