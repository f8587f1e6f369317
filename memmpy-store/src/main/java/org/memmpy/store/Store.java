// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.DType;
import org.memmpy.NodeKind;
import org.memmpy.RaggedType;
import org.memmpy.RowType;
import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;
import org.memmpy.os.Disk;
import org.memmpy.os.OpenResources;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Consumer;

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
 * always those committed. While a commit or another long step of the writer runs, everything is
 * read as it was before; who changes something waits. Opening reads the manifest only; arrays are
 * checked and mapped when they are first read.
 *
 * <p>{@link #close} may come at any time from any thread: reads that come later throw {@link
 * IllegalStateException}, {@linkplain MappedArray#lease() leases} and the loaders that hold them
 * finish first. Nothing crashes.
 */
public final class Store extends FollowedStore implements AutoCloseable {
    static {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedOperationException(
                    "memmpy copies rows as they lie on disk, which is little endian; this machine is"
                            + " big endian");
        }
    }

    private final ShownGeneration shown;
    private boolean closed;

    Store(Path path, StoreFiles files, Manifest manifest, StoreWriter writer) {
        this(path, files, new HeldGeneration(manifest, null), writer);
    }

    Store(Path path, StoreFiles files, HeldGeneration generation, StoreWriter writer) {
        super(path, files, writer);
        this.shown = new ShownGeneration(this, generation, writer);
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
     * Opens a store for reading, at its newest generation. While it is open, its files are not
     * removed, whatever a writer does: a file in {@code .readers} says so. The file system may be
     * read-only; without that file, {@link #vacuum(java.time.Duration) vacuum} does not know of
     * this reader.
     *
     * <p>A file is opened as well, and mapped where it lies: a {@linkplain #pack pack}, or an
     * {@code .npz} or {@code .npy} file of NumPy whose arrays are all uncompressed, little endian,
     * in C order and of a dtype that there is. The arrays of these are named as in NumPy, folders
     * are groups, and a single {@code .npy} is named as its file. Their rows may start at odd
     * addresses.
     *
     * @param path the store's directory, or a file
     * @param options how
     * @return the store, to be closed
     * @throws java.nio.file.NoSuchFileException if no store is there
     * @throws org.memmpy.CorruptStoreException if no manifest can be read
     * @throws org.memmpy.UnsupportedFormatException if a newer memmpy wrote it, or something in a
     *     file cannot be mapped
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
     * @throws org.memmpy.UnsupportedFormatException as {@link #open}, or if it is a file
     * @throws IOException as {@link #open}
     */
    public static Store edit(Path path, StoreOption... options) throws IOException {
        return new StoreOpener(path, options).edit();
    }

    /**
     * Makes a part of a store: a store of its own, in which this process writes while others write
     * theirs and the store's writer is at work. When it is committed and closed, that writer {@link
     * #adopt adopts} it: its rows follow those of the arrays that have the same paths.
     *
     * @param store the store's directory
     * @param name what to call the part, without slash; random digits are added
     * @param options how
     * @return the part, to be filled, committed and closed; {@link #path()} is what to adopt
     * @throws IOException if it cannot be written, or no store is there
     */
    public static Store createPart(Path store, String name, StoreOption... options)
            throws IOException {
        return PartStores.create(store, name, options);
    }

    static Store create(Path path, Disk disk, StoreOption... options) throws IOException {
        return new StoreOpener(path, disk, options).create();
    }

    static Store edit(Path path, Disk disk, StoreOption... options) throws IOException {
        return new StoreOpener(path, disk, options).edit();
    }

    /** {@return the store's identity, the same in all generations} */
    public synchronized UUID uuid() {
        return shown.manifest().uuid();
    }

    /** As {@link ShownGeneration#moves}. */
    long moves() {
        return shown.moves();
    }

    /** {@return the generation that is shown} */
    public synchronized long generation() {
        return shown.manifest().generation();
    }

    /** {@return whether it can be changed} */
    public boolean isWritable() {
        return writer != null;
    }

    // ---- the tree

    @Override
    synchronized Manifest tree() {
        requireOpen();
        return writer == null ? shown.manifest() : writer.manifest();
    }

    @Override
    synchronized void endHandles(String node, String fate) {
        shown.end(node, fate);
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
        MappedArray found = shown.array(checked(array));
        if (found == null) {
            NodeKind kind = tree().kind(array);
            throw new IllegalArgumentException(
                    kind == null
                            ? "%s has no array '%s'. It has: %s"
                                    .formatted(path, array, Tree.some(arrays()))
                            : "%s: '%s' is a %s%s"
                                    .formatted(
                                            path,
                                            array,
                                            kind,
                                            kind == NodeKind.RAGGED
                                                    ? " array: Store.ragged finds it"
                                                    : ", no array"));
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
    public MappedArray array(String array, DType dtype, long... rowShape) throws IOException {
        requireOpen();
        String checked = checked(array);
        RowType type = RowType.of(dtype, rowShape);
        if (writer != null && kind(checked) != NodeKind.ARRAY) {
            create(checked, NodeKind.ARRAY, tree -> tree.createArray(checked, type), checked);
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
     */
    public MappedArray replace(String array, DType dtype, long... rowShape) {
        String checked = NodeNames.check(array);
        RowType type = RowType.of(dtype, rowShape);
        StoreWriter changing = requireWriter();
        synchronized (changing) {
            changing.awaitOverwrites();
            synchronized (this) {
                requireOpen();
                changing.replace(checked, type);
                endHandles(checked, "replaced");
                return shown.fresh(checked, type);
            }
        }
    }

    /** Creates a node that is an array or consists of arrays, unless somebody else has by now. */
    void create(String node, NodeKind kind, Consumer<PendingTree> step, String... arrays) {
        StoreWriter changing = requireWriter();
        synchronized (changing) {
            synchronized (this) {
                if (kind(node) != kind) {
                    changing.change(step);
                    for (String created : arrays) {
                        shown.fresh(created, changing.look(tree -> tree.array(created)).type());
                    }
                }
            }
        }
    }

    /**
     * Finds a masked array.
     *
     * @param masked names joined by {@code /}
     * @return the masked array
     * @throws IllegalArgumentException if there is none
     */
    public MaskedArray masked(String masked) {
        return MaskedArray.find(this, NodeNames.check(masked));
    }

    /**
     * Finds a masked array of a type; a writer creates it, and the groups above it, if it is
     * missing.
     *
     * @param masked names joined by {@code /}
     * @param dtype the element type of its values
     * @param rowShape the shape of one row; none for one element a row
     * @return the masked array
     * @throws IllegalArgumentException if it has another type, or the name cannot be used
     */
    public MaskedArray masked(String masked, DType dtype, long... rowShape) {
        return MaskedArray.findOrCreate(this, NodeNames.check(masked), RowType.of(dtype, rowShape));
    }

    /**
     * Begins to compute an array from others; see {@link Derivation}. Nothing changes before it is
     * told how.
     *
     * @param target the array that is made, or replaced
     * @param dtype its element type from now on
     * @param rowShape the shape of one row; none for one element a row
     * @return what computes it
     */
    public Derivation derive(String target, DType dtype, long... rowShape) {
        requireWriter();
        return new Derivation(this, NodeNames.check(target), RowType.of(dtype, rowShape));
    }

    /**
     * Finds a ragged array.
     *
     * @param array names joined by {@code /}
     * @return the array
     * @throws IllegalArgumentException if there is none, naming those that are there
     */
    public synchronized RaggedArray ragged(String array) {
        requireOpen();
        RaggedArray found = shown.ragged(NodeNames.check(array));
        if (found == null) {
            throw new IllegalArgumentException(
                    "%s has no ragged array '%s'. It has: %s"
                            .formatted(path, array, Tree.some(tree())));
        }
        return found;
    }

    /**
     * Finds a ragged array of a type; a writer creates it, and the groups above it, if it is
     * missing.
     *
     * @param array names joined by {@code /}
     * @param type what its rows are
     * @return the array
     * @throws IllegalArgumentException if it has another type, or the name cannot be used
     * @throws IOException if it cannot be created
     */
    public RaggedArray ragged(String array, RaggedType type) throws IOException {
        requireOpen();
        String checked = NodeNames.check(array);
        if (writer != null && kind(checked) != NodeKind.RAGGED) {
            createRagged(checked, type);
        }
        RaggedArray found = ragged(checked);
        if (!found.type().equals(type)) {
            throw new IllegalArgumentException(
                    "%s: ragged array '%s' is %s, not %s"
                            .formatted(path, array, found.type(), type));
        }
        return found;
    }

    private void createRagged(String path, RaggedType type) throws IOException {
        StoreWriter changing = requireWriter();
        synchronized (changing) {
            if (kind(path) != NodeKind.RAGGED) {
                changing.createRagged(path, type);
                synchronized (this) {
                    requireOpen();
                    shown.freshRagged(path);
                }
            }
        }
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
        NodeKind kind = shown.manifest().kind(checked);
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
        return Table.of(this, checked, shown);
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
        StoreWriter changed = requireWriter();
        return show(changed.commit(), changed); // takes a while: readers are not kept waiting
    }

    @Override
    synchronized long show(Manifest next, StoreWriter from) {
        if (!closed && next.generation() > generation()) {
            shown.show(next);
        }
        return next.generation();
    }

    @Override
    synchronized Manifest shown() {
        return shown.manifest();
    }

    @Override
    synchronized HeldFiles hold() {
        requireOpen();
        return shown.hold();
    }

    /**
     * Moves to the newest generation; of a pack, to that of the pack that has its name now. Arrays
     * and attributes that were asked for before show it from now on; tables keep the number of rows
     * that they had. What has not changed stays mapped.
     *
     * @return whether there was a newer one; never for a writer, who always shows the newest
     * @throws IOException if it cannot be read, or another store is there now; this store then
     *     still shows the generation that it had
     */
    @Override
    public synchronized boolean refresh() throws IOException {
        requireOpen();
        return writer == null && shown.refresh();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    @Override
    synchronized void requireOpen() {
        if (closed) {
            throw new IllegalStateException(path + ": the store was closed");
        }
    }

    /**
     * Closes the store; what was not committed is discarded, rows with a warning. Closing twice is
     * harmless.
     */
    @Override
    public void close() {
        end();
        if (writer != null) {
            writer.close();
        }
    }

    private synchronized void end() {
        if (!closed) {
            closed = true;
            stopFollowers();
            shown.close();
            OpenResources.closed(this);
        }
    }

    /** {@return for example {@code train.memmpy, generation 3, 2 arrays}} */
    @Override
    public synchronized String toString() {
        return "%s, generation %d, %d arrays"
                .formatted(path, generation(), shown.manifest().arrays().size());
    }
}
