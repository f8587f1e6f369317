// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.NodeNames;

import java.util.Objects;

/**
 * What {@link Store#verify(Verification)} looks at, and how. Immutable.
 *
 * <pre>{@code
 * VerificationReport all = store.verify(Verification.all());
 * VerificationReport some = store.verify(Verification.of("events").sample(0.01, 42));
 * }</pre>
 */
public final class Verification {
    private final String node;
    private final double fraction;
    private final long seed;
    private final int threads;
    private final Progress progress;

    private Verification(String node, double fraction, long seed, int threads, Progress progress) {
        this.node = node;
        this.fraction = fraction;
        this.seed = seed;
        this.threads = threads;
        this.progress = progress;
    }

    /** {@return everything: all arrays and values, by as many threads as there are processors} */
    public static Verification all() {
        return of("");
    }

    /**
     * {@return one node, with all below it}
     *
     * @param node its path; {@code ""} is the root
     */
    public static Verification of(String node) {
        int processors = Runtime.getRuntime().availableProcessors();
        return new Verification(
                node.isEmpty() ? node : NodeNames.check(node),
                1,
                0,
                processors,
                (bytes, total) -> {});
    }

    /**
     * {@return the same for a random sample of the blocks}
     *
     * <p>Whether files are there, their headers and their lengths are looked at always.
     *
     * @param fraction the part of the blocks that is read, above 0 and at most 1; at least one
     *     block
     * @param seed the same seed chooses the same blocks of the same generation
     * @throws IllegalArgumentException if the fraction is none
     */
    public Verification sample(double fraction, long seed) {
        if (!(fraction > 0 && fraction <= 1)) {
            throw new IllegalArgumentException(
                    "a sample of " + fraction + " of the blocks; give more than 0, and at most 1");
        }
        return new Verification(node, fraction, seed, threads, progress);
    }

    /**
     * {@return the same by another number of threads}
     *
     * @param threads at least 1
     * @throws IllegalArgumentException if it is less
     */
    public Verification threads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException(threads + " threads; at least 1 is needed");
        }
        return new Verification(node, fraction, seed, threads, progress);
    }

    /**
     * {@return the same, telling how far it is}
     *
     * @param progress is told; what it throws ends the verification
     */
    public Verification progress(Progress progress) {
        return new Verification(node, fraction, seed, threads, Objects.requireNonNull(progress));
    }

    String node() {
        return node;
    }

    double fraction() {
        return fraction;
    }

    long seed() {
        return seed;
    }

    int threads() {
        return threads;
    }

    Progress progress() {
        return progress;
    }
}
