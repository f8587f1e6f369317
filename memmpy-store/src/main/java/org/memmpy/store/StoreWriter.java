// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RowType;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;
import org.memmpy.os.Disk;
import org.memmpy.os.WriterLock;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The writing half of a store: the lock, the appenders, the commit.
 *
 * <p>Synchronized as a whole: a commit must not see half an append.
 */
final class StoreWriter implements AutoCloseable {
    private static final int MAX_ATTEMPTS = 10_000;
    private static final System.Logger LOG = System.getLogger(StoreWriter.class.getName());

    private final Path store;
    private final Disk disk;
    private final WriterLock lock;
    private final Generations generations;
    private final Map<String, Manifest.Group> groups;

    /** Every path by what a file system that ignores case takes it for. */
    private final Map<String, String> paths = new HashMap<>();

    private final Map<String, ArrayAppender> appenders = new LinkedHashMap<>();
    private final Set<Path> unforcedDirectories = new LinkedHashSet<>();
    private Manifest committed;
    private long highest;
    private boolean checkedSinceCommit;
    private Throwable failure;
    private boolean closed;

    StoreWriter(Path store, Disk disk, WriterLock lock, Manifest committed) throws IOException {
        this.store = store;
        this.disk = disk;
        this.lock = lock;
        this.generations = new Generations(store);
        this.committed = committed;
        this.highest = generations.highest();
        this.groups = new LinkedHashMap<>(committed.groups());
        groups.keySet().forEach(this::remember);
        committed.arrays().keySet().forEach(this::remember);
    }

    /** Creates an array that does not exist yet, and the groups above it. */
    synchronized void createArray(String path, RowType type) throws IOException {
        requireUsable();
        requireFree(path);
        requireGroup(NodeNames.parent(path));
        requireAloneSinceCommit();
        Path directory = ArrayFiles.resolve(store, NodeNames.file(path, 1)).getParent();
        disk.createDirectories(directory);
        rememberDirectories(directory);
        appenders.put(path, createFile(path, type));
        createGroups(NodeNames.parent(path));
        remember(path);
    }

    /** A file of the name may be a dead writer's, or another node's: names are not used twice. */
    private ArrayAppender createFile(String path, RowType type) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return ArrayAppender.create(disk, store, NodeNames.file(path, attempt), type);
            } catch (FileAlreadyExistsException e) {
                if (attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Declares a group a table; it may exist already. */
    synchronized void createTable(String path) {
        requireUsable();
        requireGroup(path);
        createGroups(path);
        groups.put(path, new Manifest.Group(true));
    }

    private void createGroups(String path) {
        if (!groups.containsKey(path)) {
            createGroups(NodeNames.parent(path));
            groups.put(path, new Manifest.Group(false));
            remember(path);
        }
    }

    private void remember(String path) {
        paths.put(NodeNames.folded(path), path);
    }

    /** Makes sure that a group is there or can be created, with those above it. */
    private void requireGroup(String path) {
        for (String at = path; !groups.containsKey(at); at = NodeNames.parent(at)) {
            requireFree(at);
        }
    }

    private void requireFree(String path) {
        String other = paths.get(NodeNames.folded(path));
        if (other != null) {
            throw new IllegalArgumentException(
                    "%s: '%s' cannot be created: %s '%s' exists. Names differ by more than case; choose another"
                            .formatted(
                                    store,
                                    path,
                                    groups.containsKey(other) ? "the group" : "the array",
                                    other));
        }
    }

    private void rememberDirectories(Path directory) {
        for (Path at = directory; at != null && at.startsWith(store); at = at.getParent()) {
            unforcedDirectories.add(at);
        }
    }

    synchronized void append(String path, MemorySegment values) throws IOException {
        requireUsable();
        requireAloneSinceCommit();
        appender(path).append(values);
    }

    private ArrayAppender appender(String path) throws IOException {
        ArrayAppender appender = appenders.get(path);
        if (appender == null) {
            Manifest.Array node = committed.arrays().get(path);
            appender = ArrayAppender.open(disk, store, path, node);
            appenders.put(path, appender);
        }
        return appender;
    }

    /** {@return the rows of an array, those not yet committed included} */
    synchronized long rows(String path) {
        ArrayAppender appender = appenders.get(path);
        if (appender != null) {
            return appender.rows();
        }
        Manifest.Array node = committed.arrays().get(path);
        return node == null ? 0 : node.rows();
    }

    /** {@return the manifest that is current afterwards: the same one if nothing has changed} */
    synchronized Manifest commit() throws IOException {
        requireUsable();
        Manifest next = next();
        if (next.groups().equals(committed.groups()) && next.arrays().equals(committed.arrays())) {
            return committed;
        }
        next.unequalTable()
                .ifPresent(
                        unequal -> {
                            throw new IllegalStateException(
                                    store
                                            + ": nothing was committed: "
                                            + unequal
                                            + ". Append what is missing and commit again, or keep"
                                            + " arrays of different lengths in a group of their own");
                        });
        for (ArrayAppender appender : appenders.values()) {
            appender.flush(); // may fail on a full disk, and be tried again
        }
        requireAlone();
        publish(next);
        committed = next;
        highest = next.generation();
        checkedSinceCommit = false;
        finish();
        return committed;
    }

    /**
     * Makes sure that no other writer has been at work: the lock can be lost, by deleting its file
     * for example, and then two writers overwrite each other's rows.
     */
    private void requireAlone() throws IOException {
        try {
            lock.requireHeld();
            if (generations.highest() != highest) {
                throw new IOException(
                        "%s: generation %d has appeared, but this writer knows generation %d: another writer is or was at work. Close this one and open the store again with Store.edit"
                                .formatted(store, generations.highest(), highest));
            }
            checkedSinceCommit = true;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /**
     * Before committed rows of somebody else could be overwritten; once a commit, because it lists
     * the directory.
     */
    private void requireAloneSinceCommit() throws IOException {
        if (!checkedSinceCommit) {
            requireAlone();
        }
    }

    private Manifest next() {
        Map<String, Manifest.Array> arrays = new LinkedHashMap<>(committed.arrays());
        appenders.forEach((path, appender) -> arrays.put(path, appender.node()));
        return new Manifest(committed.uuid(), highest + 1, groups, arrays);
    }

    private void publish(Manifest next) throws IOException {
        boolean[] published = {false};
        try {
            for (ArrayAppender appender : appenders.values()) {
                appender.force();
            }
            for (Path directory : unforcedDirectories) {
                disk.forceDirectory(directory);
            }
            generations.publish(next, disk, () -> published[0] = true);
            unforcedDirectories.clear();
        } catch (IOException | RuntimeException e) {
            failure = e;
            String fate =
                    published[0]
                            ? "generation %d is published, but whether it survives a power loss is not known"
                                    .formatted(next.generation())
                            : "nothing was committed; generation %d is current"
                                    .formatted(committed.generation());
            throw new IOException(
                    store
                            + ": "
                            + fate
                            + ". The writer is unusable now, because the system may have dropped what"
                            + " it could not write: close it, open the store again with Store.edit and"
                            + " append again what is not there",
                    e);
        }
    }

    /** What follows publication is for NumPy and for tidiness; its failure loses nothing. */
    private void finish() {
        appenders.values().forEach(ArrayAppender::committed);
        try {
            for (ArrayAppender appender : appenders.values()) {
                appender.updateHeader();
            }
            generations.prune(disk);
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    store
                            + ": generation "
                            + committed.generation()
                            + " is complete, but .npy headers could not be updated: NumPy may see fewer"
                            + " rows until the next commit",
                    e);
        }
    }

    private void requireUsable() {
        if (closed) {
            throw new IllegalStateException(store + ": the store was closed");
        }
        if (failure != null) {
            throw new IllegalStateException(
                    store
                            + ": an earlier failure has ended this writer (the cause shows it). It"
                            + " accepts nothing more. Close it and open the store again with"
                            + " Store.edit",
                    failure);
        }
    }

    /** Discards what was not committed and gives the lock back. */
    @Override
    public synchronized void close() {
        closed = true;
        long discarded = 0;
        for (ArrayAppender appender : appenders.values()) {
            discarded += appender.pendingRows();
        }
        if (discarded > 0 && failure == null) {
            LOG.log(
                    Level.WARNING,
                    "{0}: closed with {1} rows appended but not committed; they are discarded",
                    store,
                    Long.toString(discarded));
        }
        for (ArrayAppender appender : appenders.values()) {
            try {
                appender.close();
            } catch (IOException e) {
                LOG.log(Level.WARNING, store + ": a file could not be closed", e);
            }
        }
        appenders.clear();
        try {
            lock.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, store + ": the writer's lock could not be removed", e);
        }
    }
}
