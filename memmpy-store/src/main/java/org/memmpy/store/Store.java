// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.DType;
import org.memmpy.NodeKind;
import org.memmpy.RaggedType;
import org.memmpy.RowType;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;
import org.memmpy.os.Disk;
import org.memmpy.os.MapArena;
import org.memmpy.os.OpenResources;
import org.memmpy.os.ReaderLease;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
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
public final class Store extends MaintainedStore implements AutoCloseable {
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

    private static final Duration POLL = Duration.ofMillis(20);

    private final RaggedNodes raggeds;
    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
    private Manifest manifest;
    private MapArena maps;

    /** Null for a writer, who holds the lock, and where none can be had. */
    private ReaderLease lease;

    private boolean closed;

    Store(Path path, StoreFiles files, Manifest manifest, StoreWriter writer) {
        this(path, files, new HeldGeneration(manifest, null), writer);
    }

    Store(Path path, StoreFiles files, HeldGeneration generation, StoreWriter writer) {
        super(path, files);
        this.manifest = generation.manifest();
        this.lease = generation.lease();
        this.writer = writer;
        this.raggeds = new RaggedNodes(this, writer);
        this.maps = files.maps();
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
        raggeds.endFresh(node, fate);
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
        MappedArray found = find(checked(array));
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
    public synchronized MappedArray array(String array, DType dtype, long... rowShape)
            throws IOException {
        requireOpen();
        String checked = checked(array);
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

    /** Changes the tree by a step that creates arrays: those of a composite node. */
    synchronized void create(Consumer<PendingTree> step, String... components) {
        requireWriter().change(step);
        for (String component : components) {
            fresh(component, writer.look(tree -> tree.array(component)).type());
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
     * Finds a ragged array.
     *
     * @param array names joined by {@code /}
     * @return the array
     * @throws IllegalArgumentException if there is none, naming those that are there
     */
    public synchronized RaggedArray ragged(String array) {
        requireOpen();
        RaggedArray found = raggeds.find(NodeNames.check(array), manifest, maps);
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
    public synchronized RaggedArray ragged(String array, RaggedType type) throws IOException {
        requireOpen();
        String checked = NodeNames.check(array);
        if (writer != null && raggeds.find(checked, manifest, maps) == null) {
            return raggeds.create(checked, type, maps);
        }
        RaggedArray found = ragged(checked);
        if (!found.type().equals(type)) {
            throw new IllegalArgumentException(
                    "%s: ragged array '%s' is %s, not %s"
                            .formatted(path, array, found.type(), type));
        }
        return found;
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
        Map<String, MaskedArray> masked = new LinkedHashMap<>();
        long rows = 0;
        for (String array : manifest.arrays().keySet()) {
            if (NodeNames.parent(array).equals(checked)) {
                columns.put(NodeNames.last(array), committed(array));
                rows = manifest.rows(array);
            }
        }
        Map<String, RaggedArray> ragged = new LinkedHashMap<>();
        for (String group : manifest.groups().keySet()) {
            if (NodeNames.parent(group).equals(checked) && manifest.kind(group).isComposite()) {
                String name = NodeNames.last(group);
                if (manifest.kind(group) == NodeKind.RAGGED) {
                    ragged.put(name, raggeds.committed(group, manifest, maps));
                } else {
                    masked.put(name, MaskedArray.of(this, group, this::committed));
                }
                rows = manifest.rows(group);
            }
        }
        return new Table(this, checked, rows, columns, ragged, masked);
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
        StoreWriter changed = requireWriter();
        return show(changed.commit(), changed); // takes a while: readers are not kept waiting
    }

    @Override
    synchronized long show(Manifest next, StoreWriter from) {
        if (!closed && next.generation() > manifest.generation()) {
            show(next);
        }
        return next.generation();
    }

    @Override
    synchronized Manifest shown() {
        return manifest;
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
    public synchronized boolean refresh() throws IOException {
        requireOpen();
        if (files.pack().isPresent()) {
            return refresh(files.pack().get());
        }
        Generations generations = new Generations(path);
        if (writer != null || generations.highest() == manifest.generation()) {
            return false;
        }
        HeldGeneration newest = HeldGeneration.newest(path);
        ReaderLease unused = newest.lease();
        try {
            if (!isNewer(newest.manifest())) {
                return false; // the newest manifest is damaged; ours was read before
            }
            show(newest.manifest());
            unused = lease; // its files are mapped, or read no more
            lease = newest.lease();
            return true;
        } finally {
            if (unused != null) {
                unused.close();
            }
        }
    }

    /**
     * Waits until a newer generation is there, and moves to it.
     *
     * @param timeout how long to wait at most
     * @return whether there was one
     * @throws IOException as {@link #refresh}
     * @throws InterruptedException if the thread was interrupted
     */
    public boolean awaitNewer(Duration timeout) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!refresh()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            Thread.sleep(Duration.ofNanos(Math.min(left, POLL.toNanos())));
        }
        return true;
    }

    private boolean refresh(Pack shown) throws IOException {
        Pack next = shown.isReplaced() ? Pack.open(path) : shown;
        boolean newer = false;
        try {
            newer = isNewer(next.manifest());
            if (newer) {
                files = files.in(next);
                show(next.manifest());
            }
            return newer;
        } finally {
            if (!newer && next != shown) {
                next.maps().release();
            }
        }
    }

    private boolean isNewer(Manifest newest) throws IOException {
        if (!newest.uuid().equals(manifest.uuid())) {
            throw new IOException(
                    path
                            + ": another store is there now: the one that was opened was deleted, and"
                            + " a new one made. Close this one and open it again");
        }
        return newest.generation() > manifest.generation();
    }

    /**
     * Keeps this store at its newest generation by a thread of its own, which calls back at once
     * for the generation that is shown now, and then for each newer one that it finds. If commits
     * come faster, some are passed over. While a callback runs, the thread does not refresh.
     *
     * @param pollInterval how long to wait between looking; looking lists one directory
     * @param onGeneration called by the thread with this store
     * @return the follower, which ends with this store
     * @throws IllegalStateException for a writer, which always shows its newest generation
     */
    public Follower follow(Duration pollInterval, Consumer<Store> onGeneration) {
        if (writer != null) {
            throw new IllegalStateException(
                    path + ": a writer makes the generations. Follow a store opened by Store.open");
        }
        Follower follower = new Follower(this, pollInterval, onGeneration);
        synchronized (this) {
            requireOpen();
            followers.add(follower);
            follower.start();
        }
        return follower;
    }

    void forget(Follower follower) {
        followers.remove(follower);
    }

    /** Moves all arrays to a generation; files that did not change keep their mapping. */
    private void show(Manifest next) {
        MapArena previousMaps = maps;
        maps = files.maps();
        fresh.forEach((path, array) -> showFresh(path, array, next.arrays().get(path)));
        arrays.entrySet()
                .removeIf(
                        array -> !show(array.getValue(), next.arrays().get(array.getKey()), next));
        raggeds.show(next, maps);
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

    /**
     * Writes the generation that is shown into one file, which {@link #open} maps in place, {@code
     * numpy.load} reads and {@code unzip} extracts. Of a writer, it is the last committed one.
     * Everything is held against its checksums on the way, arrays of several parts become one.
     *
     * <p>The file appears at once, when it is complete: also over an older pack of this store,
     * whose readers keep what they have until they {@linkplain #refresh refresh}.
     *
     * @param file by custom, with the ending {@code .npz}
     * @param options {@link StoreOption#REPLACE} to write over anything else than an older pack of
     *     this store; {@link StoreOption#NO_FORCE}
     * @throws java.nio.file.FileAlreadyExistsException if something else is there
     * @throws org.memmpy.CorruptStoreException if something is damaged, saying what; no file is
     *     written
     * @throws IOException if it cannot be written
     */
    public void pack(Path file, StoreOption... options) throws IOException {
        pack(PackWriter.Target.of(file, options));
    }

    void pack(PackWriter.Target target) throws IOException {
        if (writer != null) {
            try (Store reader = open(path)) { // which keeps its files, whatever this writer does
                reader.pack(target);
            }
            return;
        }
        PackWriter pack;
        MapArena held;
        synchronized (this) {
            requireOpen();
            pack = new PackWriter(path, manifest, files, target);
            held = maps;
            held.retain();
        }
        try {
            pack.write();
        } finally {
            held.release();
        }
    }

    /**
     * Makes a store of a pack: the same generation of the same store, which {@link #edit} goes on
     * with. Everything is held against its checksums, and is durable when this returns; the
     * directory is no store before that.
     *
     * @param file a {@linkplain #pack pack}
     * @param directory does not exist or is empty
     * @param options {@link StoreOption#NO_FORCE}
     * @throws java.nio.file.FileAlreadyExistsException if something is there
     * @throws org.memmpy.CorruptStoreException if the pack is damaged, saying where
     * @throws org.memmpy.UnsupportedFormatException if it is no pack of memmpy
     * @throws IOException if the file system fails
     */
    public static void unpack(Path file, Path directory, StoreOption... options)
            throws IOException {
        new StoreOpener(directory, options).unpack(file);
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

    synchronized boolean isClosed() {
        return closed;
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
        followers.forEach(Follower::stop);
        arrays.values().forEach(MappedArray::retire);
        fresh.values().forEach(MappedArray::retire);
        raggeds.retire();
        maps.release();
        if (lease != null) {
            lease.close();
        }
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
