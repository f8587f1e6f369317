// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RaggedType;
import org.memmpy.RowType;
import org.memmpy.format.Manifest;
import org.memmpy.format.Structure;
import org.memmpy.os.Disk;
import org.memmpy.os.WriterLock;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The writing half of a store: the tree to come, the rows to come, the commit.
 *
 * <p>Synchronized as a whole: a commit must not see half an append. What it consists of, {@link
 * Publisher}, {@link PendingRows}, {@link Regions}, {@link KeyedWriting}, has no locks of its own.
 * Only rows that were reserved are written outside the monitor, by as many threads as like to; a
 * commit waits for them, by {@link Overwrites}. And which nodes and rows there are is seen without
 * it, in the {@link SharedTree}: the monitor may be held for as long as a disk takes to force
 * files. So nobody waits for it who has the store's.
 */
final class StoreWriter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(StoreWriter.class.getName());

    private final Path store;
    private final Publisher publisher;
    private final PendingRows rows;
    private final KeyedWriting keyed;
    private final Regions regions = new Regions();
    private final Overwrites overwrites = new Overwrites(this);
    private final SharedTree nodes;
    private final Computations computations;
    private boolean closed;

    StoreWriter(Path store, Disk disk, WriterLock lock, Manifest committed) throws IOException {
        this.store = store;
        this.publisher = new Publisher(store, disk, lock, committed);
        this.rows = new PendingRows(store, publisher);
        this.keyed = new KeyedWriting(store, rows);
        this.nodes = new SharedTree(store, committed);
        this.computations = new Computations(store);
    }

    // ---- the tree

    /** {@return what is to be seen in the tree; does not wait for the writer} */
    <T> T look(Function<PendingTree, T> at) {
        return nodes.look(at);
    }

    /** {@return the tree, without rows not yet committed; does not wait for the writer} */
    Manifest manifest() {
        return nodes.manifest();
    }

    /** {@return whether the path of a committed array still leads to that array; does not wait} */
    boolean goesOn(String path, Manifest.Array committed) {
        return nodes.goesOn(path, committed);
    }

    /** The tree as this writer sees it, to be looked at under the monitor. */
    private PendingTree tree() {
        return nodes.pending();
    }

    /** Changes the tree where no file is concerned. */
    synchronized void change(Consumer<PendingTree> step) {
        requireUsable();
        nodes.change(step);
    }

    /** Removes a node and all below it; the root's children for the root. */
    synchronized void delete(String path) {
        awaitOverwrites();
        if (tree().kind(path) == null) {
            throw new IllegalArgumentException(store + " has no node '" + path + "'");
        }
        tree().requireWhole(path);
        computations.requireNone(path);
        forget(path, tree -> tree.delete(path));
    }

    /**
     * Drops the uncommitted rows of a node and of all below it. First the tree is changed: it must
     * not name files that are gone.
     */
    private void forget(String path, Consumer<PendingTree> change) {
        List<String> forgotten = tree().subtree(path);
        List<Manifest.Value> values = forgotten.stream().map(tree()::value).toList();
        nodes.change(change);
        for (String below : forgotten) {
            keyed.close(below);
            regions.forget(below);
            rows.drop(below);
        }
        values.forEach(rows.files()::dropValue);
    }

    /**
     * Puts an array in the place of one, whose uncommitted rows are dropped. Nobody is overwriting
     * them.
     */
    synchronized void reset(String path, Manifest.Array node) {
        forget(path, tree -> tree.setArray(path, node));
    }

    synchronized void rename(String from, String to) {
        requireUsable();
        if (tree().kind(from) == null || from.isEmpty()) {
            throw new IllegalArgumentException(
                    store + " has no node '" + from + "' that could be renamed");
        }
        tree().requireWhole(from);
        computations.requireNone(from);
        List<String> moved = tree().subtree(from);
        nodes.change(tree -> tree.rename(from, to));
        moved.forEach(regions::forget); // their writers know the old path, which may be used anew
        UnaryOperator<String> renamed =
                path ->
                        path.equals(from) || path.startsWith(from + "/")
                                ? to + path.substring(from.length())
                                : path;
        rows.rename(renamed);
        keyed.rename(renamed);
    }

    /** Gives an array new, empty files in the place of its old ones; creates it if missing. */
    synchronized void replace(String path, RowType type) {
        awaitOverwrites();
        computations.requireFirst(path);
        tree().requireWhole(path);
        Manifest.Array before = tree().array(path);
        if (before == null) {
            nodes.change(tree -> tree.createArray(path, type));
            return;
        }
        reset(path, new Manifest.Array(type, List.of(), before.attributes()));
    }

    /** Begins to replace an array by one that is computed; nothing is committed until the end. */
    synchronized Computations.Computation beginComputation(String path) {
        requireUsable();
        return computations.begin(path, tree(), rows.pending(path));
    }

    /** Ends it; if it is not complete, the array has the rows that it had. */
    synchronized void endComputation(Computations.Computation computation, boolean complete) {
        overwrites.drain();
        computations.end(computation);
        if (!complete && !closed) {
            if (computation.node() == null) {
                forget(
                        computation.path(),
                        tree -> tree.deleteUpTo(computation.top(), computation.path()));
            } else {
                Manifest.Array before = computation.node();
                Map<String, Object> attributes = tree().attributes(computation.path());
                reset(
                        computation.path(),
                        new Manifest.Array(before.type(), before.parts(), attributes));
            }
        }
    }

    /** Creates a value or replaces one. */
    synchronized void putValue(String path, byte[] json) throws IOException {
        requireUsable();
        Manifest.Value before = tree().value(path);
        if (before == null) {
            tree().requireFree(path);
        }
        publisher.requireAloneSinceCommit();
        Map<String, Object> attributes = before == null ? Map.of() : before.attributes();
        Manifest.Value[] written = {null};
        publisher.forcing(() -> written[0] = rows.files().writeValue(path, json, attributes));
        nodes.change(tree -> tree.putValue(path, written[0]));
        rows.files().dropValue(before);
    }

    // ---- rows

    synchronized void append(MappedArray array, MemorySegment values) throws IOException {
        append(wholeAppender(array), values);
    }

    /** Appends to an array that may be one of a composite node's. */
    synchronized void appendToPart(String path, MemorySegment values) throws IOException {
        append(appender(path), values);
    }

    private void append(ArrayAppender appender, MemorySegment values) throws IOException {
        appender.append(values);
        rows.used(appender);
    }

    synchronized void reserve(MappedArray array, long count) throws IOException {
        reserve(wholeAppender(array), count);
    }

    /** Reserves rows of an array that may be one of a composite node's. */
    synchronized void reserveInPart(String path, long count) throws IOException {
        reserve(appender(path), count);
    }

    private void reserve(ArrayAppender appender, long count) throws IOException {
        appender.reserve(count);
        rows.used(appender);
    }

    /** Adds a part that is complete and forced. Nobody is overwriting the rows before it. */
    synchronized void link(String path, Manifest.Part part) throws IOException {
        appender(path).link(part);
    }

    /** Takes a range of uncommitted rows for one writer of it. */
    synchronized Regions.Claim claim(MappedArray array, long row, long count) throws IOException {
        wholeAppender(array).requireUncommitted(row, count);
        return regions.claim(array.path(), row, count);
    }

    /**
     * Writes rows in place of uncommitted ones.
     *
     * @param claim the region that they must be in; null if they must be in none
     */
    void overwrite(
            MappedArray array, Regions.Claim claim, long row, long count, MemorySegment values)
            throws IOException {
        ArrayAppender.Overwrite target;
        synchronized (this) {
            overwrites.awaitTurn();
            ArrayAppender appender = wholeAppender(array);
            regions.check(array.path(), claim, row, count);
            target = appender.overwrite(row, count);
            overwrites.begun();
            try {
                rows.used(appender);
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

    /** {@return what adds rows to an array, if its path still leads to one of the same type} */
    private ArrayAppender wholeAppender(MappedArray array) throws IOException {
        tree().requireWhole(array.path());
        return appender(array.path()).of(array.rowType());
    }

    private void ended(ArrayAppender.Overwrite target) {
        target.part().endOverwrite();
        overwrites.ended();
    }

    private ArrayAppender appender(String path) throws IOException {
        requireUsable();
        publisher.requireAloneSinceCommit();
        return rows.appender(path, tree());
    }

    /** {@return the rows of an array, uncommitted ones included; does not wait for the writer} */
    long rows(String path) {
        return rows.rows(path, nodes);
    }

    // ---- ragged arrays

    synchronized void createRagged(String path, RaggedType type) throws IOException {
        requireUsable();
        nodes.change(tree -> tree.createRagged(path, type));
        try {
            together(to -> RaggedParts.begin(to, path, type));
        } catch (IOException | RuntimeException e) {
            forget(path, tree -> tree.delete(path));
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
                rows.used(appender);
            }
            complete = true;
        } finally {
            if (!complete) {
                joint.undo();
            }
        }
    }

    /** Appends to the arrays of a ragged one, if its path still leads to one of the same type. */
    synchronized void appendRagged(String path, RaggedType type, JointAppend.Step step)
            throws IOException {
        requireUsable();
        tree().requireRagged(path, type);
        together(step);
    }

    /** {@return what is known of a ragged array's keys; only within {@link #together}} */
    PendingKeys keys(String path) {
        return keyed.keys(path, tree());
    }

    // ---- the commit

    /** {@return the manifest that is current afterwards: the same one if nothing has changed} */
    synchronized Manifest commit() throws IOException {
        awaitOverwrites();
        computations.requireNoneForCommit();
        keyed.dropRuns(tree());
        for (Map.Entry<String, Manifest.Array> array : tree().arrays().entrySet()) {
            if (array.getValue().parts().isEmpty()) {
                appender(array.getKey()); // an array without rows is a file, too
            }
        }
        Map<String, Manifest.Array> appended = rows.complete(tree());
        keyed.sort(tree(), appended);
        Manifest committed = publisher.committed();
        Manifest next = tree().manifest(committed, publisher.next(), appended);
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
        publisher.publish(next, rows::force);
        rows.committed(); // first: what is published must never count as pending
        nodes.committed(next, appended);
        regions.clear();
        keyed.closeAll();
        publisher.tidy(rows::updateHeaders);
        return next;
    }

    // ---- upkeep

    /**
     * Removes what is not needed.
     *
     * @param shown a generation that the writer's own readers see, or one before that: commits may
     *     have ended since it was asked for
     */
    synchronized Vacuumed vacuum(Manifest shown, Vacuum.Waits waits) throws IOException {
        requireUsable();
        publisher.requireAlone();
        return Vacuum.run(store, publisher, tree(), rows, shown, waits);
    }

    /** {@return the manifest that is current afterwards} */
    synchronized Manifest compact(String node, Progress progress) throws IOException {
        awaitOverwrites();
        computations.requireNoneForCommit();
        Manifest committed = publisher.committed();
        if (!manifest().sameContent(committed) || rows.pending() > 0) {
            throw new IllegalStateException(
                    store
                            + ": there are uncommitted changes, which compact would commit. Commit first");
        }
        nodes.hide(); // the arrays lose their rows on the way
        try {
            return Compaction.run(this, store, committed, node, progress);
        } finally {
            nodes.takeBack(); // nothing, if it was committed
        }
    }

    /** {@return whether a failure has ended this writer} */
    synchronized boolean hasFailed() {
        return publisher.hasFailed();
    }

    /** {@return whether a part was adopted, by the prefix of its files; as of now} */
    private Predicate<String> adopted() {
        Manifest committed = publisher.committed();
        Set<String> named = PendingTree.files(committed.arrays(), committed.values());
        named.addAll(tree().files());
        named.addAll(rows.fileNames());
        return prefix ->
                committed.retired().contains(prefix)
                        || named.stream().anyMatch(file -> file.startsWith(prefix));
    }

    synchronized List<Path> unpublishedParts() throws IOException {
        requireUsable();
        return PartStores.finished(store, adopted());
    }

    synchronized void adopt(List<Path> parts) throws IOException {
        awaitOverwrites(); // the part before an adopted one is complete
        publisher.requireAloneSinceCommit();
        try (Adoption adoption = Adoption.of(store, parts, adopted())) {
            adoption.links().keySet().forEach(computations::requireNone);
            Manifest committed = publisher.committed();
            adoption.requireSound(
                    tree().manifest(committed, publisher.next(), rows.withRowsToCome(tree())));
            publisher.forcing(() -> adoption.force(publisher.disk(), publisher::hasFailed));
            rows.prepareLinks();
            nodes.hide();
            boolean complete = false;
            try {
                adoption.createMissing(tree());
                together(to -> adoption.raggeds().append(to, this::keys));
                complete = true;
            } finally {
                if (!complete) {
                    takeBack();
                }
            }
            nodes.show();
            // from here on nothing fails
            for (Map.Entry<String, List<Manifest.Part>> link : adoption.links().entrySet()) {
                for (Manifest.Part part : link.getValue()) {
                    link(link.getKey(), part);
                }
            }
        }
    }

    /** Makes the tree what it was before nodes were created; those had no rows yet. */
    private void takeBack() throws IOException {
        nodes.takeBack();
        rows.dropAllBut(tree());
        keyed.closeAllBut(tree());
    }

    /**
     * Waits for rows that are being overwritten. Meanwhile others have the monitor, so everything
     * is to be checked after this, not before. Called under this monitor, and under no other.
     */
    void awaitOverwrites() {
        requireUsable();
        overwrites.drain();
        requireUsable();
    }

    private void requireUsable() {
        if (closed) {
            throw new IllegalStateException(store + ": the store was closed");
        }
        publisher.requireUsable();
    }

    /** Discards what was not committed and gives the lock back. */
    @Override
    public synchronized void close() {
        overwrites.drain();
        if (closed) {
            return;
        }
        closed = true;
        long discarded = rows.pending();
        if (discarded > 0 && !publisher.hasFailed()) {
            LOG.log(
                    Level.WARNING,
                    "{0}: closed with {1} rows appended but not committed; they are discarded",
                    store,
                    Long.toString(discarded));
        }
        keyed.closeAll();
        // after a failure it is not known what a manifest names that may or may not be there
        rows.close(publisher.ownsPending());
        publisher.close();
    }
}
