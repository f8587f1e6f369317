// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Sampler;

import org.memmpy.batch.Ends;
import org.memmpy.batch.LoaderState;
import org.memmpy.index.Order;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * What datasets are told about the order of their batches.
 *
 * @param <T> the builder itself
 */
abstract class SamplingBuilder<T extends SamplingBuilder<T>>
        extends RandomAccessDataset.BaseBuilder<T> {
    private int batchSize;
    private boolean shuffled;
    private Ends endsOfSampling = Ends.KEEP;
    private long seed;
    private LoaderState state;

    // null or empty until they are called

    private Order order;
    private Ends ends;
    private Shard shard;
    private OptionalLong epoch = OptionalLong.empty();

    private record Shard(int rank, int world) {}

    /**
     * Sets the size of the batches, and whether every epoch has a random order of its own.
     *
     * @param size rows of a batch, at least 1
     * @param random whether
     * @param drop whether to leave out the last batch if it is not full
     * @return this
     */
    @Override
    public T setSampling(int size, boolean random, boolean drop) {
        if (size < 1) {
            throw new IllegalArgumentException("batchSize is " + size + "; at least 1");
        }
        sampler = null;
        batchSize = size;
        shuffled = random;
        endsOfSampling = drop ? Ends.DROP : Ends.KEEP;
        return self();
    }

    /**
     * Sets the sampler. With an {@link EpochSampler} all is as with {@code setSampling(batchSize,
     * shuffle)}: each dataset counts its epochs on its own, from where the sampler was made to
     * begin. Batches of others are read when they are asked for, or ahead by an executor.
     *
     * @param other the sampler; says all that {@code optOrder}, {@code optEnds}, {@code optShard}
     *     and {@code optEpoch} would, which are refused beside it
     * @return this
     */
    @Override
    public T setSampling(Sampler other) {
        batchSize = 0;
        return super.setSampling(other);
    }

    /**
     * Sets the seed of the orders of the epochs and of {@link MemmpyDataset#randomSplit}; 0 if this
     * is not called.
     *
     * @param number any
     * @return this
     */
    public T optSeed(long number) {
        seed = number;
        return self();
    }

    /**
     * Chooses the order of the epochs, in the place of what {@code setSampling} says; {@link
     * Order#blocks}, for example, for disks that hate random reads, or {@link Order#bucketed} for
     * rows of different lengths.
     *
     * @param choice the order; has a seed of its own
     * @return this
     */
    public T optOrder(Order choice) {
        order = Objects.requireNonNull(choice, "choice");
        return self();
    }

    /**
     * Chooses what becomes of the rows at the end of an epoch that do not fill a batch, in the
     * place of what {@code setSampling} says.
     *
     * @param choice what to do
     * @return this
     */
    public T optEnds(Ends choice) {
        ends = Objects.requireNonNull(choice, "choice");
        return self();
    }

    /**
     * Delivers one rank's share: of each batch of the one order every {@code world}-th row, from
     * the {@code rank}-th on. The batch size is that of all ranks together.
     *
     * @param rank this rank, from 0
     * @param world how many there are; divides the batch size
     * @return this
     */
    public T optShard(int rank, int world) {
        shard = new Shard(rank, world);
        return self();
    }

    /**
     * Has the first pass go on where another has stopped, in this process or another one; the
     * passes after it are the epochs that follow.
     *
     * @param saved of {@link MemmpyDataset#state}; null for none. Its data, index and order must be
     *     this dataset's, or the pass is refused. Not for samplers of others
     * @return this
     */
    public T optState(LoaderState saved) {
        state = saved;
        return self();
    }

    /**
     * Sets which epoch the first pass is; 0 if this is not called. It decides the order.
     *
     * @param number any, for example the epochs that were trained before
     * @return this
     */
    public T optEpoch(long number) {
        epoch = OptionalLong.of(number);
        return self();
    }

    long seed() {
        return seed;
    }

    /** Takes over what a view has of its dataset: the order, from its first epoch on. */
    void samplingLike(Sampler other, long otherSeed) {
        sampler = other instanceof EpochSampler own ? own.restarted() : other;
        seed = otherSeed;
    }

    /**
     * {@return the sampler of one dataset; this stays as it is}
     *
     * @param where for messages
     * @throws IllegalArgumentException if nothing was chosen, or it cannot be
     */
    Sampler newSampler(String where) {
        Sampler chosen = batchSize > 0 ? ownSampler() : sampler;
        if (chosen == null) {
            throw new IllegalArgumentException(
                    where + ": no sampling was chosen. Call setSampling(batchSize, shuffle)");
        }
        if (batchSize == 0) {
            requireNothingElse(chosen);
        }
        if (chosen instanceof EpochSampler own) {
            return state == null ? own.copy() : own.startingAt(state);
        }
        if (state != null) {
            throw new IllegalArgumentException(
                    "a state cannot be resumed with %s, which decides the order itself. Use setSampling(batchSize, shuffle) or an EpochSampler"
                            .formatted(chosen));
        }
        return chosen;
    }

    private EpochSampler ownSampler() {
        Order own = shuffled ? Order.shuffled(seed) : Order.sequential();
        EpochSampler made =
                EpochSampler.of(batchSize, order == null ? own : order)
                        .withEnds(ends == null ? endsOfSampling : ends)
                        .startingAt(epoch.orElse(0));
        return shard == null ? made : made.withShard(shard.rank, shard.world);
    }

    private void requireNothingElse(Sampler chosen) {
        requireUncalled(chosen, "optOrder", order != null);
        requireUncalled(chosen, "optEnds", ends != null);
        requireUncalled(chosen, "optShard", shard != null);
        requireUncalled(chosen, "optEpoch", epoch.isPresent());
    }

    private static void requireUncalled(Sampler chosen, String method, boolean called) {
        if (called) {
            throw new IllegalArgumentException(
                    "%s was called, but the sampler that was set decides that: %s. Make it so (EpochSampler has of, withEnds, withShard and startingAt), or call setSampling(batchSize, shuffle)"
                            .formatted(method, chosen));
        }
    }
}
