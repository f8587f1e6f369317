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
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One pass over a loader's rows. Threads gather batches ahead, each taking the next number that is
 * not yet taken; the consumer gets them in order.
 *
 * <p>Closing it early, or the end of the pass, stops the threads. One consumer at a time; {@link
 * #close} from any thread.
 */
public final class Epoch implements Iterable<MiniBatch>, AutoCloseable {
    private static final AtomicLong THREAD_NUMBER = new AtomicLong();

    /** Who gathers a batch in less than that gathers others while a thread is woken. */
    private static final long WAKING_NANOS = 150_000;

    private static final long LONGEST_SLEEP_NANOS = 2_000_000;

    private final BatchLoader loader;
    private final long number;
    private final Steps steps;
    private final long batches;
    private final PassMeter meter;
    private final PassReads reads;
    private final Prefetch prefetch;
    private final List<Thread> workers = new ArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition gathered = lock.newCondition();
    private final Condition taken = lock.newCondition();

    /** Batch k waits at place {@code k % ring.length} until the consumer takes it. */
    private final MiniBatch[] ring;

    /** To be ahead by; fewer than the ring has if batches turn out to be large. */
    private int most;

    private long claimed;
    private long delivered;
    private int ready;
    private Throwable failure;
    private long failedBatch;
    private boolean closed;
    private boolean toldOfEnd;

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
        this.prefetch = prefetch;
        this.ring =
                new MiniBatch[(int) Math.min(prefetch.batches(leastBytes), Math.max(1, batches))];
        this.most = ring.length;
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
        lock.lock();
        try {
            return steps.delivered(delivered);
        } finally {
            lock.unlock();
        }
    }

    /**
     * {@return how far the consumer has come, to be resumed with {@link BatchLoader#resume}} The
     * batches that were taken count, what was gathered ahead does not. The first call for a loader
     * reads at most 1 MiB of each column and part, to know the data again; other calls take no time
     */
    public LoaderState state() {
        long taken;
        lock.lock();
        try {
            taken = delivered;
        } finally {
            lock.unlock();
        }
        return loader.state(number, steps.delivered(taken), taken == batches);
    }

    /**
     * {@return whether a batch remains}
     *
     * <p>True also when the pass failed or was closed before its end: the next call then says so,
     * once. A loop that ended quietly would train on a part of the rows.
     */
    public boolean hasNext() {
        lock.lock();
        try {
            return delivered < batches && !toldOfEnd;
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether every batch of the pass was delivered} */
    public boolean isComplete() {
        lock.lock();
        try {
            return delivered == batches;
        } finally {
            lock.unlock();
        }
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
        MiniBatch batch;
        LoaderStats told;
        lock.lock();
        try {
            awaitBatch();
            throwIfOver();
            int place = place();
            batch = ring[place];
            loader.count(batch);
            ring[place] = null;
            delivered++;
            ready--;
            told = meter.delivered(batch) ? stats() : null;
            record(batch);
            if (hasRoomToWakeFor()) {
                taken.signalAll();
            }
            if (delivered == batches) {
                meter.end();
                gathered.signalAll();
                loader.forget(this);
                OpenResources.closed(this);
            }
        } finally {
            lock.unlock();
        }
        if (told != null) {
            meter.tell(told);
        }
        if (isComplete()) {
            reads.close(); // what a consumer does who forgets to close the pass, too
        }
        return batch;
    }

    private void record(MiniBatch batch) {
        LoaderEvents.Batch event = new LoaderEvents.Batch();
        if (event.shouldCommit()) {
            event.epoch = number;
            event.batch = batch.number();
            event.rows = batch.rows();
            event.ready = ready;
            event.commit();
        }
    }

    /**
     * {@return whether waiting threads are to be woken} Not for a single place of a long ring: to
     * wake one costs as much as it takes to gather several small batches.
     */
    private boolean hasRoomToWakeFor() {
        return most - (claimed - delivered) >= Math.max(1, most / 4);
    }

    private int place() {
        return (int) (delivered % ring.length);
    }

    private boolean mustWait() {
        return delivered < batches && ring[place()] == null && failure == null && !closed;
    }

    private void awaitBatch() {
        if (!mustWait()) {
            return;
        }
        LoaderEvents.Wait event = new LoaderEvents.Wait();
        event.begin();
        long from = System.nanoTime();
        try {
            while (mustWait()) {
                gathered.awaitNanos(LONGEST_SLEEP_NANOS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MemmpyException(
                    "interrupted while waiting for batch " + delivered + " of epoch " + number, e);
        } finally {
            long nanos = System.nanoTime() - from;
            meter.waited(nanos);
            reads.waited(nanos);
            event.end();
            if (event.shouldCommit()) {
                event.epoch = number;
                event.batch = delivered;
                event.commit();
            }
        }
    }

    private void throwIfOver() {
        if (delivered == batches) {
            throw new NoSuchElementException("epoch " + number + " has no batch left");
        }
        toldOfEnd = failure != null || closed;
        if (failure != null) {
            // what was read says of which batch; what others' memory throws does not
            String where = failure instanceof MemmpyException ? "" : "batch " + failedBatch + ": ";
            String message =
                    "epoch %d of the loader failed: %s%s"
                            .formatted(number, where, failure.getMessage());
            throw failure instanceof CorruptStoreException
                    ? new CorruptStoreException(message, failure)
                    : new MemmpyException(message, failure);
        }
        if (closed) {
            throw new IllegalStateException(
                    "epoch %d was closed after %d of %d batches"
                            .formatted(number, delivered, batches));
        }
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
        lock.lock();
        try {
            return meter.stats(ready, slots(), reads.stats());
        } finally {
            lock.unlock();
        }
    }

    private int slots() {
        long inPass = closed || failure != null ? ready : claimed - delivered;
        return Math.toIntExact(inPass + loader.openBatches());
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
        lock.lock();
        try {
            closed = true;
            meter.end();
            taken.signalAll();
            gathered.signalAll();
        } finally {
            lock.unlock();
        }
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
        for (int i = 0; i < ring.length; i++) {
            MiniBatch undelivered;
            lock.lock();
            try {
                undelivered = ring[i];
                ring[i] = null;
                ready = 0;
            } finally {
                lock.unlock();
            }
            try {
                if (undelivered != null) {
                    undelivered.close();
                }
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
            for (k = claim(); k >= 0; k = claim()) {
                long from = System.nanoTime();
                MiniBatch batch = gather(k);
                deliver(k, batch, System.nanoTime() - from);
            }
        } catch (Throwable e) { // whatever it is, the consumer must learn of it, not wait for ever
            fail(k, e);
        }
    }

    /** {@return the next batch to gather, or -1 when there is nothing left to do} */
    private long claim() throws InterruptedException {
        lock.lock();
        try {
            while (claimed < batches && claimed - delivered >= most && failure == null && !closed) {
                taken.await();
            }
            return claimed == batches || failure != null || closed ? -1 : claimed++;
        } finally {
            lock.unlock();
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

    private void deliver(long k, MiniBatch batch, long nanos) {
        lock.lock();
        try {
            if (!closed) {
                ready++;
                most = Math.min(most, prefetch.batches(batch.bytes()));
                meter.gathered(nanos);
                ring[(int) (k % ring.length)] = batch;
                if (isWorthWakingFor(nanos)) {
                    gathered.signalAll();
                }
                return;
            }
        } finally {
            lock.unlock();
        }
        batch.close();
    }

    /**
     * {@return whether the consumer is to be woken, if it waits} To wake it takes as long as to
     * gather several small batches, so it gets some of them at once. All that were claimed come, so
     * half of the ring is reached, or the end; unless memory of another has no room for as many
     * until the consumer gives some back: so it does not sleep for long.
     *
     * @param nanos that the newest batch took
     */
    private boolean isWorthWakingFor(long nanos) {
        return nanos > WAKING_NANOS
                || ready >= Math.max(1, most / 2)
                || delivered + ready == batches;
    }

    private void fail(long batch, Throwable e) {
        lock.lock();
        try {
            if (failure == null) {
                failure = e;
                failedBatch = batch;
            }
            gathered.signalAll();
            taken.signalAll();
        } finally {
            lock.unlock();
        }
        reads.stop();
    }
}
