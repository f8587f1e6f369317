// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RaggedType;
import org.memmpy.RowType;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;
import org.memmpy.format.Structure;
import org.memmpy.os.Disk;
import org.memmpy.os.LocalFileSystems;
import org.memmpy.os.ReaderLeases;
import org.memmpy.os.WriterLock;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The writing half of a store: the lock, the tree to come, the rows to come, the commit.
 *
 * <p>Synchronized as a whole: a commit must not see half an append. Only rows that were reserved
 * are written outside the monitor, by as many threads as like to; a commit waits for them.
 */
final class StoreWriter implements AutoCloseable {
    /** Where other processes write parts. */
    static final String PARTS = ".parts";

    private static final System.Logger LOG = System.getLogger(StoreWriter.class.getName());

    private final Path store;
    private final Disk disk;
    private final WriterLock lock;
    private final Generations generations;
    private final PendingFiles files;
    private final Map<String, ArrayAppender> appenders = new LinkedHashMap<>();
    private final Map<String, PendingKeys> keys = new HashMap<>();
    private final Regions regions = new Regions();
    private PendingTree tree;
    private Manifest committed;
    private long highest;
    private boolean checkedSinceCommit;
    private int overwriting;
    private int draining;
    private int computations;
    private Throwable failure;
    private boolean closed;

    StoreWriter(Path store, Disk disk, WriterLock lock, Manifest committed) throws IOException {
        this.store = store;
        this.disk = disk;
        this.lock = lock;
        this.generations = new Generations(store);
        this.committed = committed;
        this.tree = new PendingTree(store, committed);
        this.highest = generations.highest();
        this.files = new PendingFiles(store, disk);
        files.startGeneration(committed, highest + 1);
    }

    static boolean isAdopted(String file) {
        return file.startsWith(PARTS + "/");
    }

    // ---- the tree

    synchronized <T> T look(Function<PendingTree, T> at) {
        return at.apply(tree);
    }

    /** Changes the tree where no file is concerned. */
    synchronized void change(Consumer<PendingTree> step) {
        requireUsable();
        step.accept(tree);
    }

    /** {@return the tree as a generation that readers could see, without rows not yet committed} */
    synchronized Manifest pending() {
        return tree.manifest(committed, committed.generation(), Map.of());
    }

    /** Removes a node and all below it; the root's children for the root. */
    synchronized void delete(String path) throws IOException {
        requireUsable();
        if (tree.kind(path) == null) {
            throw new IllegalArgumentException(store + " has no node '" + path + "'");
        }
        tree.requireWhole(path);
        forget(path);
        tree.delete(path);
    }

    /** Uncommitted rows of a node and of all below it are dropped. */
    private void forget(String path) throws IOException {
        awaitOverwrites();
        for (String below : tree.subtree(path)) {
            closeKeys(below);
            files.dropValue(tree.value(below));
            ArrayAppender appender = appenders.remove(below);
            if (appender != null) {
                regions.forget(below);
                files.drop(appender.written());
            }
        }
    }

    synchronized void rename(String from, String to) {
        requireUsable();
        if (tree.kind(from) == null || from.isEmpty()) {
            throw new IllegalArgumentException(
                    store + " has no node '" + from + "' that could be renamed");
        }
        tree.requireWhole(from);
        List<String> moved = tree.subtree(from);
        tree.rename(from, to);
        moved.forEach(regions::forget); // their writers know the old path, which may be used anew
        UnaryOperator<String> renamed =
                path ->
                        path.equals(from) || path.startsWith(from + "/")
                                ? to + path.substring(from.length())
                                : path;
        PendingTree.renameKeys(appenders, renamed);
        PendingTree.renameKeys(keys, renamed);
    }

    /** Gives an array new, empty files in the place of its old ones; creates it if missing. */
    synchronized void replace(String path, RowType type) throws IOException {
        requireUsable();
        tree.requireWhole(path);
        Manifest.Array before = tree.array(path);
        if (before == null) {
            tree.createArray(path, type);
            return;
        }
        forget(path);
        tree.setArray(path, new Manifest.Array(type, List.of(), before.attributes()));
    }

    /**
     * What an array was before it is computed anew.
     *
     * @param node null if there was none
     * @param top the array, or the topmost of the groups above it that will be made
     */
    record Computation(String path, Manifest.Array node, String top) {}

    /** Begins to replace an array by one that is computed; nothing is committed until the end. */
    synchronized Computation beginComputation(String path) {
        requireUsable();
        if (appenders.containsKey(path) && appenders.get(path).pendingRows() > 0) {
            throw new IllegalStateException(
                    "%s: the array '%s' has rows that are not committed, which would be lost. Commit first"
                            .formatted(store, path));
        }
        String top = path;
        while (tree.kind(NodeNames.parent(top)) == null) {
            top = NodeNames.parent(top);
        }
        computations++;
        return new Computation(path, tree.array(path), top);
    }

    /** Ends it; if it is not complete, the array is as it was. */
    synchronized void endComputation(Computation computation, boolean complete) throws IOException {
        computations--;
        if (!complete && !closed) {
            forget(computation.path());
            if (computation.node() == null) {
                tree.delete(computation.top());
            } else {
                tree.setArray(computation.path(), computation.node());
            }
        }
    }

    /** Creates a value or replaces one. */
    synchronized void putValue(String path, byte[] json) throws IOException {
        requireUsable();
        Manifest.Value before = tree.value(path);
        if (before == null) {
            tree.requireFree(path);
        }
        requireAloneSinceCommit();
        Map<String, Object> attributes = before == null ? Map.of() : before.attributes();
        tree.putValue(path, files.writeValue(path, json, attributes));
        files.dropValue(before);
    }

    // ---- rows

    synchronized void append(String path, MemorySegment values) throws IOException {
        ArrayAppender appender = wholeAppender(path);
        appender.append(values);
        used(appender);
    }

    /** Appends to several arrays: to all of them or to none. */
    synchronized void append(Map<String, MemorySegment> values) throws IOException {
        together(joint -> appendAll(joint, values));
    }

    private static void appendAll(JointAppend joint, Map<String, MemorySegment> values)
            throws IOException {
        for (Map.Entry<String, MemorySegment> entry : values.entrySet()) {
            joint.append(entry.getKey(), entry.getValue());
        }
    }

    synchronized void reserve(String path, long rows) throws IOException {
        ArrayAppender appender = wholeAppender(path);
        appender.reserve(rows);
        used(appender);
    }

    synchronized void link(String path, Manifest.Part part) throws IOException {
        awaitOverwrites(); // the part before is complete with this
        appender(path).link(part);
    }

    /** Takes a range of uncommitted rows for one writer of it. */
    synchronized Regions.Claim claim(String path, long row, long count) throws IOException {
        wholeAppender(path).requireUncommitted(row, count);
        return regions.claim(path, row, count);
    }

    /**
     * Writes rows in place of uncommitted ones.
     *
     * @param claim the region that they must be in; null if they must be in none
     */
    void overwrite(String path, Regions.Claim claim, long row, long count, MemorySegment values)
            throws IOException {
        ArrayAppender.Overwrite target;
        synchronized (this) {
            await(() -> draining == 0);
            ArrayAppender appender = wholeAppender(path);
            regions.check(path, claim, row, count);
            target = appender.overwrite(row, count);
            overwriting++;
            try {
                used(appender);
            } catch (IOException e) {
                ended(target);
                throw e;
            }
        }
        try {
            target.part().overwrite(target.row(), values);
        } finally {
            synchronized (this) {
                ended(target);
            }
        }
    }

    private ArrayAppender wholeAppender(String path) throws IOException {
        tree.requireWhole(path);
        return appender(path);
    }

    private void ended(ArrayAppender.Overwrite target) {
        target.part().endOverwrite();
        overwriting--;
        notifyAll();
    }

    /** Closes files if too many are open; each is forced before. */
    private void used(ArrayAppender appender) throws IOException {
        try {
            files.used(appender);
        } catch (IOException e) {
            throw unusable(nothingCommitted(), e);
        }
    }

    private ArrayAppender appender(String path) throws IOException {
        requireUsable();
        requireAloneSinceCommit();
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
        return appender;
    }

    /** {@return the rows of an array, those not yet committed included} */
    synchronized long rows(String path) {
        ArrayAppender appender = appenders.get(path);
        if (appender != null) {
            return appender.rows();
        }
        Manifest.Array node = tree.array(path);
        return node == null ? 0 : node.rows();
    }

    // ---- ragged arrays

    synchronized void createRagged(String path, RaggedType type) throws IOException {
        requireUsable();
        tree.createRagged(path, type);
        try {
            MemorySegment zero = MemorySegment.ofArray(new long[1]);
            together(
                    to -> {
                        to.append(path + RaggedParts.OFFSETS, zero);
                        if (type.isKeyed()) {
                            to.append(path + RaggedParts.KEYS + RaggedParts.OFFSETS, zero);
                        }
                    });
        } catch (IOException | RuntimeException e) {
            forget(path);
            tree.delete(path);
            throw e;
        }
    }

    /** Appends to several arrays at once: all or nothing. */
    synchronized void together(JointAppend.Step step) throws IOException {
        JointAppend joint = new JointAppend(this::appender);
        boolean complete = false;
        try {
            step.run(joint);
            for (ArrayAppender appender : joint.touched()) {
                used(appender);
            }
            complete = true;
        } finally {
            if (!complete) {
                joint.undo();
            }
        }
    }

    /** {@return what is known of a ragged array's keys; only within {@link #together}} */
    PendingKeys keys(String path) {
        return keys.computeIfAbsent(path, p -> new PendingKeys(store, p, tree::array));
    }

    private void closeKeys(String path) {
        PendingKeys closing = keys.remove(path);
        if (closing != null) {
            closing.close();
        }
    }

    /** Runs that were written before, for this commit in vain or for an earlier one. */
    private void dropRuns() throws IOException {
        for (String path : tree.keyed()) {
            ArrayAppender runs = appenders.remove(path + RaggedParts.SORTED);
            if (runs != null) {
                files.drop(runs.written());
            }
        }
    }

    /** Sorts the hashes of keys that are in no run yet, where they have become many. */
    private void sortKeys(Map<String, Manifest.Array> appended) throws IOException {
        for (String ragged : tree.keyed()) {
            String path = ragged + RaggedParts.SORTED;
            Manifest.Array sorted = tree.array(path);
            Manifest.Array hashes = appended.get(ragged + RaggedParts.HASHES);
            if (hashes == null || hashes.rows() - sorted.rows() <= SortedRuns.TAIL) {
                continue;
            }
            ArrayAppender empty = appenders.remove(path);
            if (empty != null) {
                files.drop(empty.written());
            }
            try (SortedRuns runs = new SortedRuns(store, path, files, sorted)) {
                appenders.put(path, runs.extend(hashes));
            }
            appended.put(path, appenders.get(path).complete(sorted));
            used(appenders.get(path));
        }
    }

    // ---- the commit

    /** {@return the manifest that is current afterwards: the same one if nothing has changed} */
    synchronized Manifest commit() throws IOException {
        requireUsable();
        if (computations > 0) {
            throw new IllegalStateException(
                    store + ": an array is being derived. Commit when that has ended");
        }
        awaitOverwrites();
        dropRuns();
        for (Map.Entry<String, Manifest.Array> array : tree.arrays().entrySet()) {
            if (array.getValue().parts().isEmpty()) {
                appender(array.getKey()); // an array without rows is a file, too
            }
        }
        Map<String, Manifest.Array> appended = new LinkedHashMap<>();
        for (Map.Entry<String, ArrayAppender> entry : appenders.entrySet()) {
            String path = entry.getKey(); // may fail on a full disk, and be tried again
            appended.put(path, entry.getValue().complete(tree.array(path)));
            used(entry.getValue());
        }
        sortKeys(appended);
        Manifest next = tree.manifest(committed, highest + 1, appended);
        if (next.sameContent(committed)) {
            return committed;
        }
        Structure.fault(next)
                .ifPresent(
                        fault -> {
                            throw new IllegalStateException(
                                    store
                                            + ": nothing was committed: "
                                            + fault
                                            + ". Append what is missing and commit again, or keep"
                                            + " arrays of different lengths in a group of their own");
                        });
        requireAlone();
        publish(next, generations.encode(next)); // encoded first: it may be too large
        finish(next);
        return committed;
    }

    /** Writes that go on are waited for; those that would begin wait until the caller is done. */
    private void awaitOverwrites() {
        draining++;
        await(() -> overwriting == 0);
        draining--;
        notifyAll();
    }

    private void await(BooleanSupplier condition) {
        boolean interrupted = false;
        while (!condition.getAsBoolean()) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
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

    /** {@return whether no generation has appeared that may name this writer's files} */
    private boolean isAlone() {
        try {
            return generations.highest() <= highest;
        } catch (IOException e) {
            return false;
        }
    }

    private void publish(Manifest next, byte[] json) throws IOException {
        boolean[] published = {false};
        try {
            for (ArrayAppender appender : appenders.values()) {
                appender.force();
            }
            files.forceDirectories();
            generations.publish(next, json, disk, () -> published[0] = true);
        } catch (IOException | RuntimeException e) {
            throw unusable(
                    published[0]
                            ? "generation %d is published, but whether it survives a power loss is not known"
                                    .formatted(next.generation())
                            : nothingCommitted(),
                    e);
        }
    }

    private String nothingCommitted() {
        return "nothing was committed; generation %d is current".formatted(committed.generation());
    }

    private IOException unusable(String fate, Exception cause) {
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

    /** What follows publication is for NumPy and for tidiness; its failure loses nothing. */
    private void finish(Manifest next) {
        committed = next;
        highest = next.generation();
        checkedSinceCommit = false;
        tree = new PendingTree(store, next);
        regions.clear();
        List.copyOf(keys.keySet()).forEach(this::closeKeys);
        appenders.values().forEach(ArrayAppender::committed);
        files.startGeneration(next, highest + 1);
        try {
            for (ArrayAppender appender : appenders.values()) {
                appender.updateHeaders();
                files.used(appender);
            }
            generations.prune(disk, ReaderLeases.namedGenerations(store));
        } catch (IOException e) {
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

    // ---- upkeep

    /**
     * Removes what is not needed.
     *
     * @param shown the generation that the writer's own readers see, if a commit has just ended
     */
    synchronized Vacuumed vacuum(Manifest shown, Vacuum.Waits waits) throws IOException {
        requireUsable();
        requireAlone();
        if (PartStores.isPart(store)) {
            throw new IllegalStateException(
                    store
                            + ": this store is a part, whose files may belong to the store that it is"
                            + " a part of. Vacuum that one");
        }
        if (waits.grace().isZero() && !LocalFileSystems.holds(store)) {
            throw new IllegalStateException(
                    "%s: on the file system %s, readers on other machines may have files open that nobody here knows of. Give vacuum a time to wait, longer than any reader keeps a generation, for example Duration.ofDays(1), and call it again after that time"
                            .formatted(store, Files.getFileStore(store).type()));
        }
        Set<String> uncommitted = new LinkedHashSet<>(tree.files());
        appenders.values().forEach(appender -> uncommitted.addAll(appender.fileNames()));
        uncommitted.addAll(files.made());
        uncommitted.addAll(PendingTree.files(shown.arrays(), shown.values()));
        Path real = store.toRealPath();
        Set<Path> busy = new LinkedHashSet<>();
        files.directories().forEach(name -> busy.add(real.resolve(name)));
        return new Vacuum(real, disk, committed, uncommitted, waits, Instant.now()).run(busy);
    }

    /** {@return the manifest that is current afterwards} */
    synchronized Manifest compact(String node) throws IOException {
        requireUsable();
        awaitOverwrites();
        if (!pending().sameContent(committed)
                || appenders.values().stream().anyMatch(a -> a.pendingRows() > 0)) {
            throw new IllegalStateException(
                    store
                            + ": there are uncommitted changes, which compact would commit. Commit first");
        }
        Map<String, Manifest.Array> before = new LinkedHashMap<>();
        boolean complete = false;
        try {
            for (String path : Compaction.arrays(committed, node)) {
                Manifest.Array array = tree.array(path);
                before.put(path, array);
                forget(path);
                tree.setArray(
                        path, new Manifest.Array(array.type(), List.of(), array.attributes()));
                new Compaction(store, path, array).copyTo(bytes -> appendCopied(path, bytes));
            }
            Manifest next = commit();
            complete = true;
            return next;
        } finally {
            if (!complete && failure == null) {
                for (Map.Entry<String, Manifest.Array> array : before.entrySet()) {
                    forget(array.getKey());
                    tree.setArray(array.getKey(), array.getValue());
                }
            }
        }
    }

    private void appendCopied(String path, MemorySegment bytes) throws IOException {
        ArrayAppender appender = appender(path); // also of the arrays of a composite node
        appender.append(bytes);
        used(appender);
    }

    private boolean isAdoptedPart(String prefix) {
        Set<String> named = PendingTree.files(committed.arrays(), committed.values());
        named.addAll(tree.files());
        return committed.retired().contains(prefix)
                || named.stream().anyMatch(file -> file.startsWith(prefix))
                || appenders.values().stream()
                        .flatMap(appender -> appender.fileNames().stream())
                        .anyMatch(file -> file.startsWith(prefix));
    }

    synchronized List<Path> unpublishedParts() throws IOException {
        requireUsable();
        return PartStores.finished(store, this::isAdoptedPart);
    }

    synchronized void adopt(List<Path> parts) throws IOException {
        requireUsable();
        awaitOverwrites();
        requireAloneSinceCommit();
        try (Adoption adoption = Adoption.of(store, parts, this::isAdoptedPart)) {
            Map<String, List<Manifest.Part>> links = adoption.links();
            Manifest soFar = withRowsToCome();
            requireSound(soFar, "is adopted", "Complete and commit the rows that are appended");
            PendingTree trial = new PendingTree(store, soFar);
            adoption.createMissing(trial);
            links.forEach(trial::addParts);
            adoption.raggeds().addOffsets(trial);
            requireSound(
                    trial.manifest(soFar, highest + 1, Map.of()),
                    "was adopted",
                    "Give parts that have all arrays of their tables");
            adoption.force(disk);
            for (ArrayAppender appender : appenders.values()) {
                appender.prepareLink();
            }
            Manifest before = pending();
            boolean complete = false;
            try {
                adoption.createMissing(tree);
                together(to -> adoption.raggeds().append(to, this::keys));
                complete = true;
            } finally {
                if (!complete) {
                    restore(before);
                }
            }
            // from here on nothing fails
            for (Map.Entry<String, List<Manifest.Part>> link : links.entrySet()) {
                for (Manifest.Part part : link.getValue()) {
                    link(link.getKey(), part);
                }
            }
        }
    }

    /** Makes the tree what it was before nodes were created; those had no rows yet. */
    private void restore(Manifest before) throws IOException {
        tree = new PendingTree(store, before);
        for (String path : List.copyOf(appenders.keySet())) {
            if (tree.array(path) == null) {
                files.drop(appenders.remove(path).written());
            }
        }
        List<String> gone = keys.keySet().stream().filter(k -> tree.kind(k) == null).toList();
        gone.forEach(this::closeKeys);
    }

    private Manifest withRowsToCome() {
        Map<String, Manifest.Array> arrays = new LinkedHashMap<>();
        appenders.forEach(
                (path, appender) -> {
                    Manifest.Array node = tree.array(path);
                    Manifest.Part rows = new Manifest.Part(path, appender.rows(), 0);
                    arrays.put(
                            path,
                            new Manifest.Array(node.type(), List.of(rows), node.attributes()));
                });
        return tree.manifest(committed, highest + 1, arrays);
    }

    private void requireSound(Manifest manifest, String fate, String remedy) {
        Structure.fault(manifest)
                .ifPresent(
                        fault -> {
                            throw new IllegalArgumentException(
                                    "%s: nothing %s: %s. %s".formatted(store, fate, fault, remedy));
                        });
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
        awaitOverwrites();
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
        appenders.clear();
        List.copyOf(keys.keySet()).forEach(this::closeKeys);
        // after a failure it is not known what a manifest names that may or may not be there
        files.close(failure == null && isAlone());
        try {
            lock.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, store + ": the writer's lock could not be removed", e);
        }
    }
}
