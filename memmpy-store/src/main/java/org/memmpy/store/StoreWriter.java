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
    private static final System.Logger LOG = System.getLogger(StoreWriter.class.getName());

    private final Path store;
    private final Disk disk;
    private final WriterLock lock;
    private final Generations generations;
    private final Map<String, Manifest.Group> groups;
    private final Map<String, ArrayAppender> appenders = new LinkedHashMap<>();
    private final Set<Path> unforcedDirectories = new LinkedHashSet<>();
    private Manifest committed;
    private Throwable failure;
    private boolean closed;

    StoreWriter(Path store, Disk disk, WriterLock lock, Manifest committed) {
        this.store = store;
        this.disk = disk;
        this.lock = lock;
        this.generations = new Generations(store);
        this.committed = committed;
        this.groups = new LinkedHashMap<>(committed.groups());
    }

    /** Creates an array that does not exist yet, and the groups above it. */
    synchronized void createArray(String path, RowType type) throws IOException {
        requireUsable();
        requireFree(path);
        createGroups(NodeNames.parent(path));
        for (int attempt = 1; ; attempt++) {
            String file = NodeNames.file(path, attempt);
            Path directory = store.resolve(file).getParent();
            try {
                disk.createDirectories(directory);
                appenders.put(path, ArrayAppender.create(disk, store, file, type));
                rememberDirectories(directory);
                return;
            } catch (FileAlreadyExistsException e) {
                // of a writer that died before its commit, or another node's; names are not reused
                if (attempt == 10_000) {
                    throw e;
                }
            }
        }
    }

    /** Declares a group a table; it may exist as a table already. */
    synchronized void createTable(String path) {
        requireUsable();
        if (!groups.containsKey(path)) {
            requireFree(path);
            createGroups(path);
        }
        groups.put(path, new Manifest.Group(true));
    }

    private void createGroups(String path) {
        if (!groups.containsKey(path)) {
            requireFree(path);
            createGroups(NodeNames.parent(path));
            groups.put(path, new Manifest.Group(false));
        }
    }

    private void requireFree(String path) {
        String folded = NodeNames.folded(path);
        Set<String> taken = new LinkedHashSet<>(groups.keySet());
        taken.addAll(committed.arrays().keySet());
        taken.addAll(appenders.keySet());
        for (String other : taken) {
            if (NodeNames.folded(other).equals(folded)) {
                throw new IllegalArgumentException(
                        "%s: '%s' cannot be created: %s '%s' exists. Names differ by more than case; choose another"
                                .formatted(
                                        store,
                                        path,
                                        groups.containsKey(other) ? "the group" : "the array",
                                        other));
            }
        }
    }

    private void rememberDirectories(Path directory) {
        for (Path at = directory; at != null && at.startsWith(store); at = at.getParent()) {
            unforcedDirectories.add(at);
        }
    }

    synchronized void append(String path, MemorySegment values) throws IOException {
        requireUsable();
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
        return appender != null ? appender.rows() : committed.arrays().get(path).rows();
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
        publish(next);
        Manifest previous = committed;
        committed = next;
        finish(previous.generation());
        return committed;
    }

    private Manifest next() throws IOException {
        Map<String, Manifest.Array> arrays = new LinkedHashMap<>(committed.arrays());
        appenders.forEach((path, appender) -> arrays.put(path, appender.node()));
        long generation = Math.max(generations.highest(), committed.generation()) + 1;
        return new Manifest(committed.uuid(), generation, groups, arrays);
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
    private void finish(long previous) {
        try {
            for (ArrayAppender appender : appenders.values()) {
                appender.committed();
            }
            generations.prune(disk);
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    store
                            + ": the commit after generation "
                            + previous
                            + " is complete, but .npy headers could not be updated",
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
                            + ": an earlier commit failed (the cause shows how), so this writer"
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
        for (Map.Entry<String, ArrayAppender> entry : appenders.entrySet()) {
            discarded += entry.getValue().pendingRows();
        }
        if (discarded > 0 && failure == null) {
            LOG.log(
                    Level.WARNING,
                    "{0}: closed with {1} rows appended but not committed; they are discarded",
                    store,
                    Long.toString(discarded));
        }
        try {
            for (ArrayAppender appender : appenders.values()) {
                appender.close();
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, store + ": a file could not be closed", e);
        }
        appenders.clear();
        try {
            lock.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, store + ": the writer's lock could not be removed", e);
        }
    }
}
