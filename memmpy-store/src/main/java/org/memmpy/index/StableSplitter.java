// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.util.Arrays;
import java.util.List;

/** {@link Splitter#stable(long)}. */
final class StableSplitter extends Splitter {
    private static final int BITS = 53; // of a double

    private final RowKeys keys;
    private final long seed;

    StableSplitter(RowKeys keys, long seed) {
        this.keys = keys;
        this.seed = seed;
    }

    @Override
    List<RowIndex> positions(RowIndex rows, Shares shares, long repeat) {
        try (RowKeys.Reader reader = keys.open()) {
            return bounds(shares).positions(rows, reader, Stream.STABLE.key(seed, repeat), shares);
        }
    }

    private static HashBounds bounds(Shares shares) {
        long[] bounds = new long[shares.parts() - 1];
        int count = 0;
        for (int part = 0; part < bounds.length && shares.upTo(part) < 1; part++) {
            bounds[count++] =
                    (long) Math.ceil(shares.upTo(part) * (1L << BITS)) << (Long.SIZE - BITS);
        }
        return new HashBounds(Arrays.copyOf(bounds, count));
    }

    @Override
    public String toString() {
        return "by a hash with seed " + seed;
    }
}
