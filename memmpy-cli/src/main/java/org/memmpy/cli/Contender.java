// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.batch.ReadPolicy;
import org.memmpy.index.Order;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A way to load rows.
 *
 * @param kind the order
 * @param blocks of the order, if it is by blocks
 * @param policy how rows are read that are not cached
 * @param threads that gather
 * @param prefetch batches that are gathered ahead
 */
record Contender(Kind kind, Blocks blocks, ReadPolicy policy, int threads, int prefetch) {
    /** An order of rows. */
    enum Kind {
        SEQUENTIAL,
        SHUFFLED,
        BLOCKS
    }

    /**
     * Blocks of a shuffle.
     *
     * @param rows of a block
     * @param window blocks that are mixed with each other
     * @param bytes of a block, about
     */
    record Blocks(int rows, int window, long bytes) {
        /** No block shuffle. */
        static final Blocks NONE = new Blocks(0, 0, 0);

        /** A block order deals its blocks to so many lanes. */
        private static final int LANES = 8;

        /** {@return whether they are more than one row and less than all} */
        boolean divide(long all) {
            return rows > 1 && rows < all;
        }

        /**
         * {@return blocks of about so many bytes, at least one row}
         *
         * @param windowBytes that are mixed with each other, as far as it has enough blocks
         */
        static Blocks of(long bytes, double rowBytes, long windowBytes) {
            int rows = Math.clamp(Math.round(bytes / rowBytes), 1, 1 << 30);
            int window = Math.clamp(windowBytes / bytes, LANES, 1 << 20);
            return new Blocks(rows, window / LANES * LANES, bytes);
        }
    }

    private static final long BLOCK_BYTES = 1 << 20;
    private static final List<Long> OTHER_BLOCK_BYTES = List.of(256L << 10, 4L << 20);

    /**
     * {@return the ways to compare: each order by each policy; and varied blocks where rows are not
     * cached}
     *
     * @param base the threads and the prefetch of all
     * @param windowBytes that block shuffles mix; those of all sizes need equal memory
     */
    static List<Contender> all(
            Contender base, long rows, double rowBytes, long windowBytes, boolean cold) {
        List<Contender> all = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            Blocks blocks =
                    kind == Kind.BLOCKS
                            ? Blocks.of(BLOCK_BYTES, rowBytes, windowBytes)
                            : Blocks.NONE;
            if (kind == Kind.BLOCKS && !blocks.divide(rows)) {
                continue;
            }
            for (ReadPolicy policy :
                    List.of(ReadPolicy.AUTO, ReadPolicy.MAPPED, ReadPolicy.PREAD)) {
                all.add(new Contender(kind, blocks, policy, base.threads, base.prefetch));
            }
        }
        for (long bytes : cold ? OTHER_BLOCK_BYTES : List.<Long>of()) {
            Blocks blocks = Blocks.of(bytes, rowBytes, windowBytes);
            if (blocks.divide(rows) && blocks.window * bytes <= windowBytes) {
                all.add(
                        new Contender(
                                Kind.BLOCKS, blocks, base.policy, base.threads, base.prefetch));
            }
        }
        return all;
    }

    /** {@return the order of its epochs} */
    Order order(long seed) {
        return switch (kind) {
            case SEQUENTIAL -> Order.sequential();
            case SHUFFLED -> Order.shuffled(seed);
            case BLOCKS -> Order.blocks(seed, blocks.rows, blocks.window);
        };
    }

    Contender withThreads(int other) {
        return new Contender(kind, blocks, policy, other, prefetch);
    }

    Contender withPrefetch(int other) {
        return new Contender(kind, blocks, policy, threads, other);
    }

    /** {@return the order for people} */
    String orderText() {
        return kind == Kind.BLOCKS
                ? "blocks of " + Text.bytes(blocks.bytes)
                : kind.name().toLowerCase(Locale.ROOT);
    }
}
