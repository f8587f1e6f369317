// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.RowType;
import org.memmpy.StoreLockedException;
import org.memmpy.format.NodeNames;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.memmpy.transfer.Importer;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Arrays on their way into a store. Closed without a {@link #commit}, also by Ctrl-C, it leaves
 * what was there before: the files and directories that it made are removed.
 */
final class StoreImport implements AutoCloseable {
    private final Store store;
    private final Rollback rollback;
    private final boolean created;
    private final Map<String, Received> received = new LinkedHashMap<>();
    private final Interrupt interrupt;
    private boolean committed;

    /** What came for one array. */
    private static final class Received {
        private final MappedArray array;
        private final boolean isNew;
        private final long before;
        private long rows;

        Received(MappedArray array, boolean isNew) {
            this.array = array;
            this.isNew = isNew;
            this.before = array.rows();
        }

        long total() {
            return before + rows;
        }
    }

    private StoreImport(Store store, Rollback rollback, boolean created, Interrupt interrupt) {
        this.store = store;
        this.rollback = rollback;
        this.created = created;
        this.interrupt = interrupt;
    }

    /**
     * Opens a store for writing, or makes one.
     *
     * @param free whether the root of a new store is no table
     * @param interrupt asked before each piece of work
     */
    static StoreImport into(Path path, boolean free, Interrupt interrupt) throws IOException {
        Rollback rollback = Rollback.before(path);
        boolean create = Files.notExists(path) || isEmptyDirectory(path);
        Store store = create ? create(path, free, rollback) : Stores.edit(path);
        boolean ready = false;
        try {
            if (create) {
                rollback.created(store);
            } else {
                rollback.opened(store);
            }
            if (free && store.isTable("")) {
                throw new IllegalArgumentException(
                        path
                                + ": --free is for a new store; this one's root is a table. Import"
                                + " into another, or into a group of it: --name OLD=GROUP/NEW");
            }
            ready = true;
            return new StoreImport(store, rollback, create, interrupt);
        } finally {
            if (!ready) {
                store.close();
            }
        }
    }

    private static Store create(Path path, boolean free, Rollback rollback) throws IOException {
        try {
            return free ? Store.create(path, StoreOption.FREE_ROOT) : Store.create(path);
        } catch (StoreLockedException e) {
            throw Stores.locked(path, e);
        } catch (FileAlreadyExistsException e) {
            throw e; // somebody else's
        } catch (IOException | RuntimeException e) {
            rollback.creationFailed(path);
            throw e;
        }
    }

    private static boolean isEmptyDirectory(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (var entries = Files.list(path)) {
            return entries.findAny().isEmpty();
        }
    }

    /** {@return what takes the arrays of a source} */
    Importer.Target reading(ArrayNames names, Progress progress) {
        return (name, type, rows) -> {
            interrupt.check();
            Received into = receive(names.next(name), type);
            progress.start(into.array.path(), rows);
            return values -> {
                interrupt.check();
                into.array.append(values);
                long count = values.byteSize() / type.bytes();
                into.rows += count;
                progress.advance(count);
            };
        };
    }

    private Received receive(String path, RowType type) throws IOException {
        try {
            String checked = NodeNames.check(path);
            boolean isNew = !store.arrays().contains(checked);
            Rollback.Creation<MappedArray> find =
                    () -> store.array(checked, type.dtype(), type.shape());
            MappedArray array =
                    isNew && !received.containsKey(checked)
                            ? rollback.creating(checked, find)
                            : find.run();
            return received.computeIfAbsent(checked, p -> new Received(array, isNew));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    e.getMessage() + " ('--name OLD=NEW' imports an array under another name)", e);
        }
    }

    void commit() throws IOException {
        requireEqualRows();
        interrupt.check();
        store.commit();
        committed = true;
    }

    /** The store would refuse too, but cannot name the remedies that the command line has. */
    private void requireEqualRows() {
        Map<String, String> firstOfTable = new LinkedHashMap<>();
        Map<String, Long> rows = new LinkedHashMap<>();
        store.arrays().forEach(path -> rows.put(path, store.array(path).rows()));
        received.forEach((path, into) -> rows.put(path, into.total()));
        for (String path : rows.keySet()) {
            String group = path.substring(0, Math.max(0, path.lastIndexOf('/')));
            if (!store.isTable(group)) {
                continue;
            }
            String first = firstOfTable.putIfAbsent(group, path);
            if (first != null && !rows.get(first).equals(rows.get(path))) {
                throw new IllegalArgumentException(
                        "%s: nothing was imported: /%s is a table, but '%s' would have %s and '%s' %s. %s"
                                .formatted(
                                        store.path(),
                                        group,
                                        first,
                                        Text.rows(rows.get(first)),
                                        path,
                                        Text.rows(rows.get(path)),
                                        unequalRemedy()));
            }
        }
    }

    private String unequalRemedy() {
        return created
                ? "Arrays of different lengths need --free"
                : "Import rows for all its arrays at once, or into a group of their own:"
                        + " --name OLD=GROUP/NEW (only a new store can be made with --free)";
    }

    /** Prints what was committed. */
    void print(PrintWriter out) {
        Text.Columns columns = new Text.Columns("lllrl");
        for (Received into : received.values()) {
            columns.add(
                    into.array.path(),
                    into.array.dtype().toString(),
                    RowType.format(into.array.rowType().shape()),
                    Text.rows(into.rows),
                    into.isNew ? "" : "appended, now " + Text.rows(into.total()));
        }
        columns.print(out);
        out.println(
                "%s, generation %d%s"
                        .formatted(
                                store.path(), store.generation(), created ? ", a new store" : ""));
    }

    @Override
    public void close() throws IOException {
        if (committed) {
            store.close();
            return;
        }
        try {
            rollback.removeFiles();
        } finally {
            Warnings.closeQuietly(store);
            rollback.removeDirectories();
        }
    }
}
