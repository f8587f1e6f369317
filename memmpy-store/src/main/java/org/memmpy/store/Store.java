// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.DType;
import org.memmpy.NodeKind;
import org.memmpy.RowType;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;
import org.memmpy.os.Disk;
import org.memmpy.os.MapArena;
import org.memmpy.os.OpenResources;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * A directory of arrays that are committed together: one writer, many readers, in any number of
 * processes. The on-disk format is specified in docs/FORMAT.md.
 *
 * <pre>{@code
 * try (Store store = Store.create(path)) {
 *     store.array("image", DType.UINT8, 28, 28).append(images);
 *     store.array("label", DType.INT32).append(labels);
 *     store.commit();
 * }
 * try (Store store = Store.open(path)) {
 *     int label = (int) store.array("label").getLong(0);
 * }
 * }</pre>
 *
 * <p>Every {@link #commit} makes a generation, of all nodes at once. A store shows one generation:
 * the newest when it was opened for reading or {@linkplain #refresh refreshed}, or the last that
 * this writer committed. A writer sees the tree and the attributes as it has changed them; rows are
 * always those committed. Opening reads the manifest only; arrays are checked and mapped when they
 * are first read.
 *
 * <p>{@link #close} may come at any time from any thread: reads that come later throw {@link
 * IllegalStateException}, {@linkplain MappedArray#lease() leases} and the loaders that hold them
 * finish first. Nothing crashes.
 */
public final class Store extends StoreTree implements AutoCloseable {
    static {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedOperationException(
                    "memmpy copies rows as they lie on disk, which is little endian; this machine is"
                            + " big endian");
        }
    }

    private final StoreWriter writer;
    private final Map<String, MappedArray> arrays = new ConcurrentHashMap<>();

    /** Arrays that this writer has created or replaced since the last commit. */
    private final Map<String, MappedArray> fresh = new ConcurrentHashMap<>();

    private Manifest manifest;
    private MapArena maps = new MapArena();
    private boolean closed;

    Store(Path path, StoreFiles files, Manifest manifest, StoreWriter writer) {
        super(path, files);
        this.manifest = manifest;
        this.writer = writer;
        OpenResources.opened(this, "store " + path);
    }

    /**
     * Makes a new store and opens it for writing. The empty store is its generation 1.
     *
     * @param path a directory that does not exist or is empty
     * @param options how
     * @return the store, to be closed
     * @throws java.nio.file.FileAlreadyExistsException if a store or anything else is there; with
     *     {@link StoreOption#REPLACE}, if it is no store
     * @throws IOException if it cannot be written
     */
    public static Store create(Path path, StoreOption... options) throws IOException {
        return new StoreOpener(path, options).create();
    }

    /**
     * Opens a store for reading, at its newest generation. The file system may be read-only.
     *
     * @param path the store's directory
     * @param options how
     * @return the store, to be closed
     * @throws java.nio.file.NoSuchFileException if no store is there
     * @throws org.memmpy.CorruptStoreException if no manifest can be read
     * @throws org.memmpy.UnsupportedFormatException if a newer memmpy wrote it
     * @throws IOException if the file system fails
     */
    public static Store open(Path path, StoreOption... options) throws IOException {
        return new StoreOpener(path, options).open();
    }

    /**
     * Opens a store for appending and for all other changes, at its newest generation.
     *
     * @param path the store's directory
     * @param options how
     * @return the store, to be closed
     * @throws org.memmpy.StoreLockedException if another writer has it open, saying who
     * @throws IOException as {@link #open}
     */
    public static Store edit(Path path, StoreOption... options) throws IOException {
        return new StoreOpener(path, options).edit();
    }

    static Store create(Path path, Disk disk, StoreOption... options) throws IOException {
        return new StoreOpener(path, disk, options).create();
    }

    static Store edit(Path path, Disk disk, StoreOption... options) throws IOException {
        return new StoreOpener(path, disk, options).edit();
    }

    /** {@return the store's identity, the same in all generations} */
    public synchronized UUID uuid() {
        return manifest.uuid();
    }

    /** {@return the generation that is shown} */
    public synchronized long generation() {
        return manifest.generation();
    }

    /** {@return whether it can be changed} */
    public boolean isWritable() {
        return writer != null;
    }

    // ---- the tree

    @Override
    synchronized Manifest tree() {
        requireOpen();
        return writer == null ? manifest : writer.pending();
    }

    @Override
    void endHandles(String node, String fate) {
        String reason = ": it was " + fate + ". Ask the store for it again";
        Predicate<MappedArray> ends =
                array -> node.isEmpty() || (array.path() + "/").startsWith(node + "/");
        arrays.values().stream().filter(ends).forEach(array -> array.endWriting(reason));
        fresh.values().stream().filter(ends).forEach(array -> array.retire(reason));
        fresh.values().removeIf(ends);
    }

    // ---- arrays and tables

    /**
     * Finds an array.
     *
     * @param array names joined by {@code /}
     * @return the array
     * @throws IllegalArgumentException if there is none, naming those that are there
     */
    public synchronized MappedArray array(String array) {
        requireOpen();
        MappedArray found = find(NodeNames.check(array));
        if (found == null) {
            NodeKind kind = tree().kind(array);
            throw new IllegalArgumentException(
                    kind == null
                            ? "%s has no array '%s'. It has: %s"
                                    .formatted(path, array, Tree.some(tree().arrays().keySet()))
                            : "%s: '%s' is a %s, no array".formatted(path, array, kind));
        }
        return found;
    }

    /**
     * Finds an array of a type; a writer creates it, and the groups above it, if it is missing.
     *
     * @param array names joined by {@code /}
     * @param dtype its element type
     * @param rowShape the shape of one row; none for one element a row
     * @return the array
     * @throws IllegalArgumentException if it has another type, or the name cannot be used
     * @throws IOException if it cannot be created
     */
    public synchronized MappedArray array(String array, DType dtype, long... rowShape)
            throws IOException {
        requireOpen();
        String checked = NodeNames.check(array);
        RowType type = RowType.of(dtype, rowShape);
        if (writer != null && find(checked) == null) {
            writer.change(tree -> tree.createArray(checked, type));
            return fresh(checked, type);
        }
        MappedArray found = array(checked);
        if (!found.rowType().equals(type)) {
            throw new IllegalArgumentException(
                    "%s: array '%s' holds rows of %s, not %s"
                            .formatted(path, array, found.rowType(), type));
        }
        return found;
    }

    /**
     * Gives an array new rows in place of all it has, of any type; creates it if it is missing. Its
     * attributes stay. Readers of committed generations, and those who asked for the array before,
     * see the old rows until the commit.
     *
     * @param array names joined by {@code /}
     * @param dtype its element type from now on
     * @param rowShape the shape of one row; none for one element a row
     * @return the array, without rows
     * @throws IOException if a file with uncommitted rows cannot be removed
     */
    public synchronized MappedArray replace(String array, DType dtype, long... rowShape)
            throws IOException {
        String checked = NodeNames.check(array);
        RowType type = RowType.of(dtype, rowShape);
        requireWriter().replace(checked, type);
        endHandles(checked, "replaced");
        return fresh(checked, type);
    }

    private MappedArray fresh(String array, RowType type) {
        return fresh(array, new Manifest.Array(type, List.of(), Map.of()));
    }

    private MappedArray fresh(String array, Manifest.Array node) {
        MappedArray created = handle(array, node);
        fresh.put(array, created);
        return created;
    }

    private MappedArray handle(String array, Manifest.Array node) {
        return new MappedArray(this, array, node.type(), writer, rows(array, node, null));
    }

    private Rows rows(String array, Manifest.Array node, Rows previous) {
        return new Rows(files, path + ", array '" + array + "'", node, maps, previous);
    }

    private MappedArray find(String array) {
        MappedArray created = fresh.get(array);
        if (created != null) {
            return created;
        }
        if (writer == null) {
            return manifest.arrays().containsKey(array) ? committed(array) : null;
        }
        Manifest.Array node = writer.look(tree -> tree.array(array));
        if (node == null) {
            return null;
        }
        MappedArray known = manifest.arrays().containsKey(array) ? committed(array) : null;
        return known != null && known.writingEnded() == null ? known : fresh(array, node);
    }

    /**
     * {@return the root as a table}
     *
     * @throws IllegalStateException if the root is no table
     */
    public Table table() {
        return table("");
    }

    /**
     * Finds a table, as of this store's generation.
     *
     * @param table a group; {@code ""} is the root
     * @return the table
     * @throws IllegalArgumentException if there is no such group
     * @throws IllegalStateException if the group is no table
     */
    public synchronized Table table(String table) {
        requireOpen();
        String checked = checked(table);
        NodeKind kind = manifest.kind(checked);
        if (kind == null || !kind.isGroup()) {
            throw new IllegalArgumentException(
                    "%s has no group '%s'. It has: %s"
                            .formatted(path, table, String.join(", ", groups())));
        }
        if (kind != NodeKind.TABLE) {
            throw new IllegalStateException(
                    "%s: the group '/%s' is no table: its arrays may have different lengths"
                            .formatted(path, table));
        }
        Map<String, MappedArray> columns = new LinkedHashMap<>();
        long rows = 0;
        for (Map.Entry<String, Manifest.Array> entry : manifest.arrays().entrySet()) {
            if (NodeNames.parent(entry.getKey()).equals(checked)) {
                columns.put(NodeNames.last(entry.getKey()), committed(entry.getKey()));
                rows = entry.getValue().rows();
            }
        }
        return new Table(this, checked, rows, columns);
    }

    /**
     * {@return an array of the generation that is shown, whatever this writer has changed since}
     */
    private MappedArray committed(String array) {
        return arrays.computeIfAbsent(
                array,
                a -> {
                    Manifest.Array node = manifest.arrays().get(a);
                    MappedArray found = handle(a, node);
                    if (writer != null && !writer.look(tree -> tree.goesOn(a, node))) {
                        found.endWriting(
                                ": it was deleted, renamed or replaced. Ask the store for it again");
                    }
                    return found;
                });
    }

    // ---- generations

    /**
     * Makes everything that was changed, appended and created durable and visible, at once: all or
     * nothing.
     *
     * @return the generation that is current now; unchanged if there was nothing to commit
     * @throws IllegalStateException if a table's nodes differ in length; nothing is lost, append
     *     the rest and commit again
     * @throws IOException if something could not be written. If the disk was full, free space and
     *     commit again. If a force failed, the writer ends here, and the message says what is
     *     current
     */
    public long commit() throws IOException {
        Manifest next = requireWriter().commit(); // takes a while: readers are not kept waiting
        synchronized (this) {
            if (!closed && next.generation() > manifest.generation()) {
                show(next);
            }
            return next.generation();
        }
    }

    /**
     * Moves to the newest generation. Arrays and attributes that were asked for before show it from
     * now on; tables keep the number of rows that they had. What has not changed stays mapped.
     *
     * @return whether there was a newer one; never for a writer, who always shows the newest
     * @throws IOException if it cannot be read, or another store is there now; this store then
     *     still shows the generation that it had
     */
    public synchronized boolean refresh() throws IOException {
        requireOpen();
        Generations generations = new Generations(path);
        if (writer != null || generations.highest() == manifest.generation()) {
            return false;
        }
        Manifest newest = generations.readNewest();
        if (!newest.uuid().equals(manifest.uuid())) {
            throw new IOException(
                    path
                            + ": another store is there now: the one that was opened was deleted, and"
                            + " a new one made. Close this one and open it again");
        }
        if (newest.generation() <= manifest.generation()) {
            return false; // the newest manifest is damaged; ours was read before
        }
        show(newest);
        return true;
    }

    /** Moves all arrays to a generation; files that did not change keep their mapping. */
    private void show(Manifest next) {
        MapArena previousMaps = maps;
        maps = new MapArena();
        fresh.forEach((path, array) -> showFresh(path, array, next.arrays().get(path)));
        arrays.entrySet()
                .removeIf(
                        array -> !show(array.getValue(), next.arrays().get(array.getKey()), next));
        manifest = next;
        previousMaps.release();
    }

    private void showFresh(String path, MappedArray array, Manifest.Array node) {
        if (node != null && node.type().equals(array.rowType())) {
            MappedArray before = arrays.put(path, array);
            fresh.remove(path);
            if (before != null && !before.equals(array)) {
                before.retire(": it was replaced. Ask the store for it again");
            }
        }
    }

    private boolean show(MappedArray array, Manifest.Array node, Manifest next) {
        if (array.writingEnded() != null) {
            array.retire(array.writingEnded());
            return false;
        }
        if (node != null && node.type().equals(array.rowType())) {
            array.replace(rows(array.path(), node, array.committed()));
            return true;
        }
        if (node == null && writer != null && writer.look(t -> t.array(array.path())) != null) {
            return true; // renamed or created while the commit was running
        }
        array.retire(
                ": generation %d has %s. Ask the store for it again"
                        .formatted(
                                next.generation(),
                                node == null
                                        ? "no such array: it was deleted or renamed"
                                        : "rows of " + node.type() + " there"));
        return false;
    }

    // ---- verifying

    /**
     * Holds the files of the generation that is shown against its checksums.
     *
     * @param what which nodes, all blocks or a sample of them
     * @return what was found; {@link VerificationReport#isSound} if nothing is wrong. A file that
     *     is cut or removed meanwhile is a problem in the report
     * @throws IllegalArgumentException if there is no such node
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     * @throws IOException if the file system fails
     */
    public VerificationReport verify(Verification what) throws IOException {
        Manifest shown;
        synchronized (this) {
            requireOpen();
            shown = manifest;
        }
        if (shown.kind(what.node()) == null) {
            throw new IllegalArgumentException(
                    "%s has no node '%s'. It has: %s"
                            .formatted(path, what.node(), Tree.some(shown)));
        }
        return new Verifier(files, path.toString(), shown, what).run();
    }

    @Override
    StoreWriter requireWriter() {
        if (writer == null) {
            throw new IllegalStateException(
                    path + ": the store is open for reading only. Store.edit opens it for writing");
        }
        requireOpen();
        return writer;
    }

    private synchronized void requireOpen() {
        if (closed) {
            throw new IllegalStateException(path + ": the store was closed");
        }
    }

    /**
     * Closes the store; what was not committed is discarded, rows with a warning. Closing twice is
     * harmless.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        arrays.values().forEach(MappedArray::retire);
        fresh.values().forEach(MappedArray::retire);
        maps.release();
        OpenResources.closed(this);
        if (writer != null) {
            writer.close();
        }
    }

    /** {@return for example {@code train.memmpy, generation 3, 2 arrays}} */
    @Override
    public synchronized String toString() {
        return "%s, generation %d, %d arrays"
                .formatted(path, manifest.generation(), manifest.arrays().size());
    }
}
