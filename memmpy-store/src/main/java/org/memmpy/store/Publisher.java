// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.os.Disk;
import org.memmpy.os.ReaderLeases;
import org.memmpy.os.WriterLock;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes a store's generations, one after the other, as the only one who does: holds the lock, knows
 * which generation is current, and ends for good when it cannot know that any more. Called under
 * the writer's monitor.
 */
final class Publisher implements AutoCloseable {
    /** A step that may fail for the file system. */
    interface Step {
        void run() throws IOException;
    }

    private static final System.Logger LOG = System.getLogger(Publisher.class.getName());

    private final Path store;
    private final Disk disk;
    private final WriterLock lock;
    private final Generations generations;
    private Manifest committed;

    /** May be newer than the committed one, and damaged. */
    private long highest;

    /** All manifests that are there; empty if that is not known, and the directory to be listed. */
    private final NavigableSet<Long> manifests = new TreeSet<>();

    private boolean checkedSinceCommit;
    private Throwable failure;

    Publisher(Path store, Disk disk, WriterLock lock, Manifest committed) throws IOException {
        this.store = store;
        this.disk = new WatchedDisk(disk, e -> failure = e);
        this.lock = lock;
        this.generations = new Generations(store);
        this.committed = committed;
        this.highest = generations.highest();
    }

    /** {@return the generation that is current} */
    Manifest committed() {
        return committed;
    }

    /** {@return the disk, on which a force that fails ends this writer, whoever asked for it} */
    Disk disk() {
        return disk;
    }

    /** {@return the number of the next generation} */
    long next() {
        return highest + 1;
    }

    // ---- being alone

    /**
     * Makes sure that no other writer has been at work: the lock can be lost, by deleting its file
     * for example, and then two writers overwrite each other's rows. Where it cannot be told, for
     * want of file descriptors for example, that can be tried again.
     */
    void requireAlone() throws IOException {
        try {
            lock.requireHeld();
        } catch (WriterLock.LostException e) {
            failure = e;
            throw e;
        }
        long found = isUnchanged() ? highest : generations.highest();
        if (found != highest) {
            IOException foreign =
                    new IOException(
                            "%s: generation %d has appeared, but this writer knows generation %d: another writer is or was at work. Close this one and open the store again with Store.edit"
                                    .formatted(store, found, highest));
            failure = foreign;
            throw foreign;
        }
        checkedSinceCommit = true;
    }

    /** {@return whether it is certain, without a listing, that no other writer came after this} */
    private boolean isUnchanged() {
        return lock.isUncontested()
                && generations.contains(highest)
                && !generations.contains(highest + 1);
    }

    /** Before committed rows of somebody else could be overwritten; once a commit. */
    void requireAloneSinceCommit() throws IOException {
        if (!checkedSinceCommit) {
            requireAlone();
        }
    }

    /**
     * {@return whether it is known that nothing but the committed generations names this writer's
     * files}
     */
    boolean ownsPending() {
        try {
            return failure == null && generations.highest() <= highest;
        } catch (IOException e) {
            return false;
        }
    }

    // ---- failing

    boolean hasFailed() {
        return failure != null;
    }

    void requireUsable() {
        if (failure != null) {
            throw new IllegalStateException(
                    store
                            + ": an earlier failure has ended this writer (the cause shows it). It"
                            + " accepts nothing more. Close it and open the store again with"
                            + " Store.edit",
                    failure);
        }
    }

    /** {@return what to throw when rows could not be forced: nothing goes on after that} */
    IOException failed(Exception cause) {
        return failed(
                "nothing was committed; generation %d is current".formatted(committed.generation()),
                cause);
    }

    /** Does something that may force files; says so if one cannot be forced. */
    void forcing(Step step) throws IOException {
        try {
            step.run();
        } catch (IOException e) {
            throw failure == null ? e : failed(e);
        }
    }

    private IOException failed(String fate, Exception cause) {
        failure = cause;
        return new IOException(
                store
                        + ": "
                        + fate
                        + ". The writer is unusable now, because the system may have dropped what it"
                        + " could not write: close it, open the store again with Store.edit and append"
                        + " again what is not there",
                cause);
    }

    // ---- publishing

    /**
     * Makes a generation durable, and then current.
     *
     * @param force makes the files durable that it names
     */
    void publish(Manifest next, Step force) throws IOException {
        requireAlone();
        byte[] json = generations.encode(next); // before anything else: it may be too large
        boolean[] published = {false};
        orEnd(force, published, next);
        // if the disk is full, nothing has happened yet, and another commit may follow
        forcing(() -> generations.writeAside(next, json, disk));
        orEnd(
                () -> generations.publishAside(next, disk, () -> published[0] = true),
                published,
                next);
        committed = next;
        highest = next.generation();
        if (!manifests.isEmpty()) {
            manifests.add(highest);
        }
        checkedSinceCommit = false;
    }

    /** Takes a step of a commit after whose failure nothing goes on. */
    private void orEnd(Step step, boolean[] published, Manifest next) throws IOException {
        try {
            step.run();
        } catch (IOException | RuntimeException e) {
            throw published[0]
                    ? failed(
                            "generation %d is published, but whether it survives a power loss is not known"
                                    .formatted(next.generation()),
                            e)
                    : failed(e);
        } catch (Error e) {
            failure = e; // it may be published: what it names is not this writer's to remove
            throw e;
        }
    }

    /**
     * What follows publication is for NumPy and for tidiness; its failure loses nothing.
     *
     * @param updateHeaders of the generation's files
     */
    void tidy(Step updateHeaders) {
        try {
            updateHeaders.run();
            prune();
        } catch (IOException e) {
            manifests.clear(); // what was not removed is looked for next time
            LOG.log(
                    Level.WARNING,
                    store
                            + ": generation "
                            + committed.generation()
                            + " is complete, but .npy headers could not be updated, or old manifests not"
                            + " removed: NumPy may see fewer rows until the next commit",
                    e);
        }
    }

    /**
     * The directory is listed once, for what other writers have left: it may have as many files as
     * the store has arrays.
     */
    private void prune() throws IOException {
        Set<Long> inUse = ReaderLeases.namedGenerations(store);
        if (manifests.isEmpty()) {
            generations.prune(disk, inUse);
            manifests.addAll(generations.numbers());
        } else {
            generations.prune(disk, inUse, manifests);
        }
    }

    /** Gives the lock back. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, store + ": the writer's lock could not be removed", e);
        }
    }
}
