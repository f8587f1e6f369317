// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.kernel.Elements;
import org.memmpy.store.MappedArray;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Draws positions by their weights, each in O(1): the alias method (M. D. Vose, "A Linear Algorithm
 * for Generating Random Numbers with a Given Distribution", 1991). 12 bytes a position outside the
 * heap, 16 from 2^32 positions on.
 *
 * <p>The table is filled by a sweep that needs no memory beside it (L. Hübschle-Schneider and P.
 * Sanders, "Parallel Weighted Random Sampling", 2019): light places, of at most the mean weight,
 * are filled up from the current heavy one; when that has become light itself, the next heavy one
 * fills it up.
 */
final class AliasTable {
    private static final long NONE = -1;

    private final long size;
    private final boolean narrow;
    private final long hash;

    /** While it is filled a double: the weight, the mean being 1. Then that share of 2^64. */
    private final MemorySegment shares;

    private final MemorySegment aliases;

    AliasTable(MappedArray weights, RowIndex rows) {
        size = rows.size();
        narrow = size < 1L << Integer.SIZE;
        Arena arena = Arena.ofAuto();
        shares = arena.allocate(size * Double.BYTES, Double.BYTES);
        aliases = arena.allocate(size * (narrow ? Integer.BYTES : Long.BYTES), Long.BYTES);
        aliases.fill((byte) NONE);
        long[] hashed = {Hashes.of("weights", size)};
        double sum =
                Weights.visit(
                        weights,
                        rows,
                        (position, weight) -> {
                            shares.setAtIndex(Elements.DOUBLE, position, weight);
                            hashed[0] = Hashes.add(hashed[0], Double.doubleToLongBits(weight));
                        });
        if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "%s: the weights of these %,d rows sum to %s, so nothing can be drawn by them"
                            .formatted(weights, size, sum));
        }
        hash = hashed[0];
        for (long at = 0; at < size; at++) {
            shares.setAtIndex(Elements.DOUBLE, at, share(at) / sum * size);
        }
        sweep();
        for (long at = 0; at < size; at++) {
            double share = Math.min(share(at), 0x1.fffffffffffffp-1);
            shares.setAtIndex(Elements.LONG, at, (long) (share * 0x1p63) << 1);
        }
    }

    private void sweep() {
        long light = next(0, false);
        long heavy = next(0, true);
        long lastHeavy = NONE;
        double rest = heavy < size ? share(heavy) : 0;
        while (heavy < size && (light < size || rest <= 1)) {
            lastHeavy = heavy;
            if (rest > 1) {
                setAlias(light, heavy);
                rest = rest + share(light) - 1;
                light = next(light + 1, false);
                continue;
            }
            long following = next(heavy + 1, true);
            shares.setAtIndex(Elements.DOUBLE, heavy, rest);
            setAlias(heavy, following < size ? following : heavy);
            rest = following < size ? rest + share(following) - 1 : 0;
            heavy = following;
        }
        // what rounding has left: all but 1, unless the sum of very many weights is inexact
        for (; light < size; light = next(light + 1, false)) {
            setAlias(light, lastHeavy == NONE ? light : lastHeavy);
        }
        for (; heavy < size; heavy = next(heavy + 1, true)) {
            setAlias(heavy, heavy);
        }
    }

    /** {@return the next position that is not filled and heavy, or light; the size if none is} */
    private long next(long from, boolean isHeavy) {
        long at = from;
        while (at < size && (alias(at) != NONE || share(at) > 1 != isHeavy)) {
            at++;
        }
        return at;
    }

    private double share(long at) {
        return shares.getAtIndex(Elements.DOUBLE, at);
    }

    private long alias(long at) {
        return narrow
                ? widened(aliases.getAtIndex(Elements.INT, at))
                : aliases.getAtIndex(Elements.LONG, at);
    }

    private static long widened(int alias) {
        return alias == NONE ? NONE : Integer.toUnsignedLong(alias);
    }

    private void setAlias(long at, long alias) {
        if (narrow) {
            aliases.setAtIndex(Elements.INT, at, (int) alias);
        } else {
            aliases.setAtIndex(Elements.LONG, at, alias);
        }
    }

    long size() {
        return size;
    }

    /** {@return a hash of all weights} */
    long hash() {
        return hash;
    }

    /**
     * {@return a position}
     *
     * @param random 64 random bits: which place, and behind the binary point where in it
     */
    long draw(long random) {
        long at = Math.unsignedMultiplyHigh(random, size);
        long within = random * size;
        return Long.compareUnsigned(within, shares.getAtIndex(Elements.LONG, at)) < 0
                ? at
                : alias(at);
    }
}
