// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.CorruptStoreException;
import org.memmpy.MemmpyException;
import org.memmpy.os.OpenResources;
import org.memmpy.os.Workers;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One pass over a loader's rows. Threads gather batches ahead, each taking the next number that is
 * not yet taken; the consumer gets them in order.
 *
 * <p>Closing it early, or the end of the pass, stops the threads. One consumer at a time; {@link
 * #close} from any thread.
 */
public final class Epoch implements Iterable<MiniBatch>, AutoCloseable {
    private static final AtomicLong THREAD_NUMBER = new AtomicLong();

    private final BatchLoader loader;
    private final long number;
    private final Steps steps;
    private final long batches;
    private final PassMeter meter;
    private final PassReads reads;
    private final Ring ring;
    private final List<Thread> workers = new ArrayList<>();

    /** Whether {@link #next} has said that this failed, or was closed before its end. */
    private volatile boolean toldOfEnd;

    /**
     * Prepares a pass.
     *
     * @param leastBytes of a whole batch
     */
    Epoch(
            BatchLoader loader,
            long number,
            Steps steps,
            PassReads reads,
            Prefetch prefetch,
            long leastBytes) {
        this.loader = loader;
        this.number = number;
        this.steps = steps;
        this.reads = reads;
        this.batches = steps.count();
        this.meter = new PassMeter(number, loader.logEvery());
        this.ring = new Ring(batches, prefetch, leastBytes);
    }

    void start(int threads) {
        for (long i = 0; i < Math.min(threads, batches); i++) {
            Thread worker =
                    Thread.ofPlatform()
                            .daemon()
                            .name("memmpy-loader-" + THREAD_NUMBER.incrementAndGet())
                            .unstarted(this::gatherBatches);
            workers.add(worker);
        }
        OpenResources.opened(this, "epoch");
        boolean started = false;
        try {
            workers.forEach(Thread::start);
            started = true;
        } finally {
            if (!started) {
                close(); // the system has no thread left: end those that it had
            }
        }
    }

    // ---- the consumer

    /** {@return the epoch's number} */
    public long number() {
        return number;
    }

    /** {@return how many batches the pass has; fewer than an epoch's if it was resumed} */
    public long batches() {
        return batches;
    }

    /** {@return how many rows of the epoch all ranks together have got} */
    public long deliveredRows() {
        return steps.delivered(ring.delivered());
    }

    /**
     * {@return how far the consumer has come, to be resumed with {@link BatchLoader#resume}} The
     * batches that were taken count, what was gathered ahead does not. The first call for a loader
     * reads at most 1 MiB of each column and part, to know the data again; other calls take no time
     */
    public LoaderState state() {
        long taken = ring.delivered();
        return loader.state(number, steps.delivered(taken), taken == batches);
    }

    /**
     * {@return whether a batch remains}
     *
     * <p>True also when the pass failed or was closed before its end: the next call then says so,
     * once. A loop that ended quietly would train on a part of the rows.
     */
    public boolean hasNext() {
        return !isComplete() && !toldOfEnd;
    }

    /** {@return whether every batch of the pass was delivered} */
    public boolean isComplete() {
        return ring.delivered() == batches;
    }

    /**
     * Waits for the next batch.
     *
     * @return the batch, to be closed
     * @throws MemmpyException if a thread failed to gather a batch, this one or one ahead; the
     *     cause says why. The epoch is over then
     * @throws NoSuchElementException if there is no batch left
     * @throws IllegalStateException if the epoch was closed; or if the consumer has {@linkplain
     *     LoaderBuilder#maxOpenBatches too many batches} that it has not closed: the message says
     *     where they were taken, and the pass goes on when some were closed
     */
    public MiniBatch next() {
        MiniBatch batch = ring.poll(loader::count);
        while (batch == null) {
            throwIfOver();
            awaitBatch();
            batch = ring.poll(loader::count);
        }
        boolean tell = meter.delivered(batch);
        record(batch);
        if (isComplete()) {
            meter.end();
            loader.forget(this);
            OpenResources.closed(this);
            reads.close(); // what a consumer does who forgets to close the pass, too
        }
        if (tell) {
            meter.tell(stats());
        }
        return batch;
    }

    private void record(MiniBatch batch) {
        LoaderEvents.Batch event = new LoaderEvents.Batch();
        if (event.shouldCommit()) {
            event.epoch = number;
            event.batch = batch.number();
            event.rows = batch.rows();
            event.ready = ring.ready();
            event.commit();
        }
    }

    private void awaitBatch() {
        LoaderEvents.Wait event = new LoaderEvents.Wait();
        event.begin();
        long from = System.nanoTime();
        try {
            ring.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MemmpyException(
                    "interrupted while waiting for batch "
                            + ring.delivered()
                            + " of epoch "
                            + number,
                    e);
        } finally {
            long nanos = System.nanoTime() - from;
            meter.waited(nanos);
            reads.waited(nanos);
            event.end();
            if (event.shouldCommit()) {
                event.epoch = number;
                event.batch = ring.delivered();
                event.commit();
            }
        }
    }

    private void throwIfOver() {
        if (isComplete()) {
            throw new NoSuchElementException("epoch " + number + " has no batch left");
        }
        Ring.Failure failure = ring.failure();
        boolean closed = ring.isClosed();
        toldOfEnd = failure != null || closed;
        if (failure != null) {
            throw failed(failure.batch(), failure.cause());
        }
        if (closed) {
            throw new IllegalStateException(
                    "epoch %d was closed after %d of %d batches"
                            .formatted(number, ring.delivered(), batches));
        }
    }

    private MemmpyException failed(long batch, Throwable cause) {
        // what was read says of which batch; what others' memory throws does not
        String where = cause instanceof MemmpyException ? "" : "batch " + batch + ": ";
        String message =
                "epoch %d of the loader failed: %s%s".formatted(number, where, cause.getMessage());
        return cause instanceof CorruptStoreException
                ? new CorruptStoreException(message, cause)
                : new MemmpyException(message, cause);
    }

    /**
     * {@return {@link #hasNext} and {@link #next} for a {@code for} loop; the pass is made once}
     */
    @Override
    public Iterator<MiniBatch> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return Epoch.this.hasNext();
            }

            @Override
            public MiniBatch next() {
                return Epoch.this.next();
            }
        };
    }

    /** {@return what was delivered so far, and how long the consumer waited} */
    public LoaderStats stats() {
        int slots = Math.toIntExact(ring.inside() + loader.openBatches());
        return meter.stats(ring.ready(), slots, reads.stats());
    }

    /** {@return the memory that holds rows before they are gathered} */
    long stagedBytes() {
        return reads.stagedBytes();
    }

    /**
     * Ends the pass: waits for the threads to finish the batch they are at, and frees what was not
     * delivered. Batches that the consumer has stay its own. Closing twice is harmless.
     *
     * @throws IllegalStateException if a thread of the pass calls it, such as by a {@link
     *     BatchMemory}: it would wait for itself
     */
    @Override
    public void close() {
        requireOtherThread();
        ring.close();
        meter.end();
        reads.stop();
        Workers.join(workers); // a thread still gathering must not outlive the memory
        try {
            reads.close();
            closeUndelivered();
        } finally {
            loader.forget(this);
            OpenResources.closed(this);
        }
    }

    /** Refuses to have a thread wait for its own end. */
    void requireOtherThread() {
        if (workers.contains(Thread.currentThread())) {
            throw new IllegalStateException(
                    "a thread of the loader cannot close epoch %d: it would wait for its own end. Close it from another"
                            .formatted(number));
        }
    }

    /** All of them, also if memory of another cannot be released. */
    private void closeUndelivered() {
        RuntimeException failed = null;
        for (MiniBatch undelivered : ring.drain()) {
            try {
                undelivered.close();
            } catch (RuntimeException e) {
                failed = failed == null ? e : failed;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    // ---- the workers

    private void gatherBatches() {
        long k = -1;
        try {
            for (k = ring.claim(); k >= 0; k = ring.claim()) {
                long from = System.nanoTime();
                MiniBatch batch = gather(k);
                long nanos = System.nanoTime() - from;
                meter.gathered(nanos);
                if (!ring.deliver(k, batch, nanos)) {
                    batch.close();
                }
            }
        } catch (Throwable e) { // whatever it is, the consumer must learn of it, not wait for ever
            ring.fail(k, e);
            reads.stop();
        }
    }

    private MiniBatch gather(long k) throws InterruptedException {
        LoaderEvents.Gather event = new LoaderEvents.Gather();
        event.begin();
        PassReads.Read read = reads.read(k);
        long[] rowIds = read.rows();
        BatchGather.Filled filled = read.filled();
        event.end();
        if (event.shouldCommit()) {
            event.epoch = number;
            event.batch = k;
            event.rows = rowIds.length;
            event.bytes = filled.blocks().stream().mapToLong(Block::bytes).sum();
            event.commit();
        }
        return new MiniBatch(number, k, steps, rowIds, filled);
    }
}
