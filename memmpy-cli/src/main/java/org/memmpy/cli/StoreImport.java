// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.RowType;
import org.memmpy.StoreLockedException;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Node;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.memmpy.transfer.Importer;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Arrays on their way into a store. Closed without a {@link #commit}, also by Ctrl-C, it leaves
 * what was there before: the files and directories that it made are removed.
 */
final class StoreImport implements AutoCloseable {
    private static final String NOTHING_IMPORTED = "nothing was imported";

    private final Store store;
    private final Rollback rollback;
    private final Start start;
    private final Set<String> before;
    private final Map<String, Received> received = new LinkedHashMap<>();
    private final Interrupt interrupt;
    private boolean committed;

    /** What the store was before. */
    private enum Start {
        NOTHING(", a new store"),
        REPLACED(", in place of what was there"),
        APPENDED("");

        private final String text;

        Start(String text) {
            this.text = text;
        }
    }

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

    private StoreImport(Store store, Rollback rollback, Start start, Interrupt interrupt) {
        this.store = store;
        this.rollback = rollback;
        this.start = start;
        this.interrupt = interrupt;
        this.before = new HashSet<>(store.arrays());
    }

    /**
     * Opens a store for writing, or makes one.
     *
     * @param options of {@link StoreOption}, those of {@link Store#create}
     * @param interrupt asked before each piece of work
     */
    static StoreImport into(Path path, Set<StoreOption> options, Interrupt interrupt)
            throws IOException {
        Rollback rollback = Rollback.before(path);
        boolean make = Files.notExists(path) || isEmptyDirectory(path);
        boolean replace = !make && options.contains(StoreOption.REPLACE);
        Store store = make || replace ? create(path, options, rollback) : edit(path, options);
        boolean ready = false;
        try {
            if (make) {
                rollback.created();
            }
            if (!make && !replace && options.contains(StoreOption.FREE_ROOT) && store.isTable("")) {
                throw new IllegalArgumentException(
                        path
                                + ": --free is for a new store; this one's root is a table. Import"
                                + " into another, or into a group of it: --name OLD=GROUP/NEW");
            }
            ready = true;
            return new StoreImport(
                    store,
                    rollback,
                    make ? Start.NOTHING : replace ? Start.REPLACED : Start.APPENDED,
                    interrupt);
        } finally {
            if (!ready) {
                store.close();
            }
        }
    }

    private static Store edit(Path path, Set<StoreOption> options) throws IOException {
        return options.contains(StoreOption.NO_FORCE)
                ? Stores.edit(path, StoreOption.NO_FORCE)
                : Stores.edit(path);
    }

    private static Store create(Path path, Set<StoreOption> options, Rollback rollback)
            throws IOException {
        try {
            return Store.create(path, options.toArray(StoreOption[]::new));
        } catch (StoreLockedException e) {
            throw Stores.locked(path, e);
        } catch (FileAlreadyExistsException e) {
            throw e; // somebody else's
        } catch (IOException | RuntimeException e) {
            rollback.creationFailed();
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
            interrupt.check(NOTHING_IMPORTED);
            Received into = receive(names.next(name), type);
            progress.start(into.array.path(), rows);
            return values -> {
                interrupt.check(NOTHING_IMPORTED);
                into.array.append(values);
                long count = values.byteSize() / type.bytes();
                into.rows += count;
                progress.advance(count);
            };
        };
    }

    private Received receive(String path, RowType type) throws IOException {
        try {
            MappedArray array = store.array(path, type.dtype(), type.shape());
            return received.computeIfAbsent(
                    array.path(), p -> new Received(array, !before.contains(p)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    e.getMessage() + " ('--name OLD=NEW' imports an array under another name)", e);
        }
    }

    void commit() throws IOException {
        if (received.isEmpty()) {
            throw new IllegalArgumentException(
                    "nothing was imported: there is no array in what is to be read");
        }
        requireEqualRows();
        interrupt.check(NOTHING_IMPORTED);
        store.commit();
        committed = true;
    }

    /** The store would refuse too, but cannot name the remedies that the command line has. */
    private void requireEqualRows() {
        Map<String, String> firstOfTable = new LinkedHashMap<>();
        Map<String, Long> rows = new LinkedHashMap<>();
        for (Node node : store.walk()) {
            if (node.rows() >= 0 && !node.kind().isGroup()) {
                rows.put(node.path(), node.rows());
            }
        }
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
        return start != Start.APPENDED
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
        out.println("%s, generation %d%s".formatted(store.path(), store.generation(), start.text));
    }

    @Override
    public void close() throws IOException {
        if (committed) {
            store.close();
            return;
        }
        Warnings.closeQuietly(store); // removes the files of arrays that it has made
        if (start == Start.NOTHING) {
            rollback.remove();
        }
    }
}
