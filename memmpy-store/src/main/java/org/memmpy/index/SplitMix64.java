// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/**
 * The generator of Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA
 * 2014), with Stafford's mix 13. Written out here because an order must not change with a library.
 */
final class SplitMix64 {
    private static final long GOLDEN = 0x9e37_79b9_7f4a_7c15L;

    private long state;

    SplitMix64(long seed) {
        state = seed;
    }

    long next() {
        state += GOLDEN;
        return mix(state);
    }

    /**
     * {@return a number below the bound, each equally likely}
     *
     * <p>Lemire, "Fast Random Integer Generation in an Interval" (2019): the high half of a
     * product, rejecting the few products that would favour some numbers.
     */
    long nextBelow(long bound) {
        long product = next();
        long high = Math.unsignedMultiplyHigh(product, bound);
        long low = product * bound;
        if (Long.compareUnsigned(low, bound) < 0) {
            long threshold = Long.remainderUnsigned(-bound, bound);
            while (Long.compareUnsigned(low, threshold) < 0) {
                product = next();
                high = Math.unsignedMultiplyHigh(product, bound);
                low = product * bound;
            }
        }
        return high;
    }

    /** {@return what the generator of a key gives at a position, from 0} */
    static long at(long key, long position) {
        return mix(key + (position + 1) * GOLDEN);
    }

    static long mix(long z) {
        long x = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return x ^ (x >>> 31);
    }
}
