// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Manifest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * The rows to come of a writer's arrays, by their paths, and the files that hold them. Called under
 * the writer's monitor.
 */
final class PendingRows {
    private final Path store;
    private final Publisher publisher;
    private final PendingFiles files;

    /** Looked at by all threads. */
    private final Map<String, ArrayAppender> appenders = new ConcurrentHashMap<>();

    /** Those to which something may have been added since the last commit. */
    private final Map<String, ArrayAppender> changed = new LinkedHashMap<>();

    /** Those with files whose headers are to be brought up to the last commit. */
    private final Set<ArrayAppender> behind = new LinkedHashSet<>();

    PendingRows(Path store, Publisher publisher) {
        this.store = store;
        this.publisher = publisher;
        this.files = new PendingFiles(store, publisher.disk());
        files.startGeneration(publisher.committed(), publisher.next());
    }

    PendingFiles files() {
        return files;
    }

    /** {@return what adds rows to an array of a tree} */
    ArrayAppender appender(String path, PendingTree tree) throws IOException {
        ArrayAppender appender = appenders.get(path);
        if (appender == null) {
            Manifest.Array node = tree.array(path);
            if (node == null) {
                throw new IllegalStateException(
                        store
                                + ": the array '"
                                + path
                                + "' was deleted or renamed. Ask the store for it again");
            }
            String where = store + ", array '" + path + "'";
            appender = new ArrayAppender(files.of(path), where, node);
            appenders.put(path, appender);
        }
        changed.putIfAbsent(path, appender);
        return appender;
    }

    /** Takes rows that were written already, of an array that none were added to. */
    void put(String path, ArrayAppender by) {
        appenders.put(path, by);
        changed.put(path, by);
    }

    /** Closes files if too many are open; each is forced before. */
    void used(ArrayAppender appender) throws IOException {
        try {
            files.used(appender);
        } catch (IOException e) {
            throw publisher.failed(e);
        }
    }

    /** Drops the uncommitted rows of an array. */
    void drop(String path) {
        ArrayAppender appender = appenders.remove(path);
        changed.remove(path);
        if (appender != null) {
            behind.remove(appender);
            files.drop(appender.written());
        }
    }

    /** Drops the uncommitted rows of arrays that a tree does not have. */
    void dropAllBut(PendingTree tree) throws IOException {
        for (String path : List.copyOf(appenders.keySet())) {
            if (tree.array(path) == null) {
                drop(path);
            }
        }
    }

    void rename(UnaryOperator<String> renamed) {
        PendingTree.renameKeys(appenders, renamed);
        PendingTree.renameKeys(changed, renamed);
    }

    /** {@return the rows of an array, those not yet committed included; from any thread} */
    long rows(String path, SharedTree nodes) {
        ArrayAppender appender = appenders.get(path);
        if (appender != null) {
            return appender.counted();
        }
        Manifest.Array node = nodes.look(tree -> tree.array(path));
        return node == null ? 0 : node.rows();
    }

    /** {@return how many rows of an array are not committed} */
    long pending(String path) {
        ArrayAppender appender = appenders.get(path);
        return appender == null ? 0 : appender.pendingRows();
    }

    /** {@return how many rows are not committed, of all arrays} */
    long pending() {
        return changed.values().stream().mapToLong(ArrayAppender::pendingRows).sum();
    }

    /** {@return arrays as they would be with their rows, in parts that are not there} */
    Map<String, Manifest.Array> withRowsToCome(PendingTree tree) {
        Map<String, Manifest.Array> arrays = new LinkedHashMap<>();
        changed.forEach(
                (path, appender) -> {
                    Manifest.Array node = tree.array(path);
                    Manifest.Part rows = new Manifest.Part(path, appender.rows(), 0);
                    arrays.put(
                            path,
                            new Manifest.Array(node.type(), List.of(rows), node.attributes()));
                });
        return arrays;
    }

    /** {@return the files of the arrays that have changed, committed ones included} */
    Set<String> fileNames() {
        Set<String> names = new LinkedHashSet<>();
        changed.values().forEach(appender -> names.addAll(appender.fileNames()));
        return names;
    }

    // ---- the commit

    /** Writes what is missing; may fail on a full disk, and be tried again. */
    Map<String, Manifest.Array> complete(PendingTree tree) throws IOException {
        Map<String, Manifest.Array> appended = new LinkedHashMap<>();
        for (Map.Entry<String, ArrayAppender> entry : changed.entrySet()) {
            String path = entry.getKey();
            appended.put(path, entry.getValue().complete(tree.array(path)));
            used(entry.getValue());
        }
        return appended;
    }

    /** Writes what is missing, so that linking a part behind it cannot fail. */
    void prepareLinks() throws IOException {
        for (ArrayAppender appender : changed.values()) {
            appender.prepareLink();
            used(appender);
        }
    }

    void force() throws IOException {
        for (ArrayAppender appender : changed.values()) {
            appender.force();
            files.madeSides(appender.written());
        }
        files.forceDirectories();
    }

    /** The rows belong to the generation that is committed now. */
    void committed() {
        files.startGeneration(publisher.committed(), publisher.next());
        changed.values().forEach(ArrayAppender::committed);
        behind.addAll(changed.values());
        changed.clear();
    }

    /** For NumPy, which sees the rows that a file's header counts. */
    void updateHeaders() throws IOException {
        Iterator<ArrayAppender> appenders = behind.iterator();
        while (appenders.hasNext()) {
            ArrayAppender appender = appenders.next();
            appender.updateHeaders();
            files.used(appender);
            appenders.remove(); // not before: what fails is tried again after the next commit
        }
    }

    /**
     * Closes all files.
     *
     * @param discard whether those that no generation names are removed
     */
    void close(boolean discard) {
        appenders.clear();
        changed.clear();
        behind.clear();
        files.close(discard);
    }
}
