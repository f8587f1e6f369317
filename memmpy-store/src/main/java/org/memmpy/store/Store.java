// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;
import org.memmpy.os.Disk;
import org.memmpy.os.MapArena;
import org.memmpy.os.OpenResources;
import org.memmpy.os.WriterLock;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

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
 * <p>Every {@link #commit} makes a generation. A store shows one generation: the newest when it was
 * opened for reading, or the last that this writer committed. Opening reads the manifest only;
 * arrays are checked and mapped when they are first read.
 *
 * <p>{@link #close} may come at any time from any thread: reads that come later throw {@link
 * IllegalStateException}, {@linkplain MappedArray#lease() leases} and the loaders that hold them
 * finish first. Nothing crashes.
 */
public final class Store implements AutoCloseable {
    /** How a store is made. */
    public enum CreateOption {
        /** The root is no table: its arrays may have different lengths. */
        FREE_ROOT
    }

    static {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedOperationException(
                    "memmpy copies rows as they lie on disk, which is little endian; this machine is"
                            + " big endian");
        }
    }

    private final Path path;
    private final StoreWriter writer;
    private final Map<String, MappedArray> arrays = new ConcurrentHashMap<>();
    private Manifest manifest;
    private MapArena maps = new MapArena();
    private boolean closed;

    private Store(Path path, Manifest manifest, StoreWriter writer) {
        this.path = path;
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
     * @throws FileAlreadyExistsException if a store or anything else is there
     * @throws IOException if it cannot be written
     */
    public static Store create(Path path, CreateOption... options) throws IOException {
        return create(orHere(path), Disk.REAL, options);
    }

    static Store create(Path path, Disk disk, CreateOption... options) throws IOException {
        requireNothingThere(path);
        List<Path> parents = missingParents(path);
        disk.createDirectories(path);
        boolean table = !List.of(options).contains(CreateOption.FREE_ROOT);
        WriterLock lock = WriterLock.acquire(path);
        try {
            requireNothingThere(path);
            Manifest empty =
                    new Manifest(
                            UUID.randomUUID(), 1, Map.of("", new Manifest.Group(table)), Map.of());
            new Generations(path).publish(empty, disk, () -> {});
            for (Path parent : parents) {
                disk.forceDirectory(parent);
            }
            return new Store(path, empty, new StoreWriter(path, disk, lock, empty));
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** {@return the directories in which creating a path makes a name} */
    private static List<Path> missingParents(Path path) {
        List<Path> parents = new ArrayList<>();
        Path at = path.toAbsolutePath().normalize();
        do {
            at = at.getParent();
            if (at != null) {
                parents.add(at);
            }
        } while (at != null && Files.notExists(at));
        return parents;
    }

    private static void requireNothingThere(Path path) throws IOException {
        if (new Generations(path).exist()) {
            throw new FileAlreadyExistsException(
                    path.toString(),
                    null,
                    "a memmpy store is there already. Store.edit appends to it; delete the directory"
                            + " to start anew");
        }
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new FileAlreadyExistsException(path.toString(), null, "it is a file");
        }
        if (Files.isDirectory(path)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
                for (Path entry : entries) {
                    // what a writer leaves that died before its first manifest is no obstacle
                    String name = entry.getFileName().toString();
                    if (!name.startsWith("writer.") && !name.endsWith(".aside")) {
                        throw new FileAlreadyExistsException(
                                path.toString(),
                                null,
                                "the directory is not empty (" + name + "). Choose another");
                    }
                }
            }
        }
    }

    /**
     * Opens a store for reading, at its newest generation.
     *
     * @param path the store's directory
     * @return the store, to be closed
     * @throws java.nio.file.NoSuchFileException if no store is there
     * @throws org.memmpy.CorruptStoreException if no manifest can be read
     * @throws org.memmpy.UnsupportedFormatException if a newer memmpy wrote it
     * @throws IOException if the file system fails
     */
    public static Store open(Path path) throws IOException {
        return new Store(orHere(path), new Generations(orHere(path)).readNewest(), null);
    }

    /**
     * Opens a store for appending and for new arrays, at its newest generation.
     *
     * @param path the store's directory
     * @return the store, to be closed
     * @throws org.memmpy.StoreLockedException if another writer has it open, saying who
     * @throws IOException as {@link #open}
     */
    public static Store edit(Path path) throws IOException {
        return edit(orHere(path), Disk.REAL);
    }

    /** The empty path has no parent and is no start of others. */
    private static Path orHere(Path path) {
        return path.toString().isEmpty() ? Path.of(".") : path;
    }

    static Store edit(Path path, Disk disk) throws IOException {
        if (!new Generations(path).exist()) {
            new Generations(path)
                    .readNewest(); // says what is there instead, and leaves no lock file
        }
        WriterLock lock = WriterLock.acquire(path);
        try {
            Manifest newest = new Generations(path).readNewest();
            return new Store(path, newest, new StoreWriter(path, disk, lock, newest));
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** {@return the directory} */
    public Path path() {
        return path;
    }

    /** {@return the store's identity, the same in all generations} */
    public synchronized UUID uuid() {
        return manifest.uuid();
    }

    /** {@return the generation that is shown} */
    public synchronized long generation() {
        return manifest.generation();
    }

    /** {@return whether rows can be appended} */
    public boolean isWritable() {
        return writer != null;
    }

    /** {@return the paths of all committed arrays, in the order of their creation} */
    public synchronized List<String> arrays() {
        return List.copyOf(manifest.arrays().keySet());
    }

    /** {@return the paths of all committed groups, {@code ""} for the root first} */
    public synchronized List<String> groups() {
        return List.copyOf(manifest.groups().keySet());
    }

    /**
     * {@return whether a committed group is a table; false if there is no such group}
     *
     * @param group its path; {@code ""} is the root
     */
    public synchronized boolean isTable(String group) {
        Manifest.Group node = manifest.groups().get(group);
        return node != null && node.table();
    }

    /**
     * Finds an array.
     *
     * @param path names joined by {@code /}
     * @return the array
     * @throws IllegalArgumentException if there is none, naming those that are there
     */
    public synchronized MappedArray array(String path) {
        requireOpen();
        String checked = NodeNames.check(path);
        MappedArray array = find(checked);
        if (array == null) {
            Set<String> known = manifest.arrays().keySet();
            String names = String.join(", ", known.stream().limit(20).toList());
            throw new IllegalArgumentException(
                    "%s has no array '%s'. It has: %s%s"
                            .formatted(
                                    this.path,
                                    path,
                                    known.isEmpty() ? "none" : names,
                                    known.size() > 20 ? ", ..." : ""));
        }
        return array;
    }

    /**
     * Finds an array of a type; a writer creates it, and the groups above it, if it is missing.
     *
     * @param path names joined by {@code /}
     * @param dtype its element type
     * @param rowShape the shape of one row; none for one element a row
     * @return the array
     * @throws IllegalArgumentException if it has another type, or the name cannot be used
     * @throws IOException if it cannot be created
     */
    public synchronized MappedArray array(String path, DType dtype, long... rowShape)
            throws IOException {
        requireOpen();
        String checked = NodeNames.check(path);
        RowType type = RowType.of(dtype, rowShape);
        MappedArray array = find(checked);
        if (array == null && writer != null) {
            writer.createArray(checked, type);
            Rows none = new Rows(this.path, checked, new Manifest.Array(type, 0, ""), maps);
            array = new MappedArray(this, checked, type, writer, none);
            arrays.put(checked, array);
            return array;
        }
        array = array(checked);
        if (!array.rowType().equals(type)) {
            throw new IllegalArgumentException(
                    "%s: array '%s' holds rows of %s, not %s"
                            .formatted(this.path, path, array.rowType(), type));
        }
        return array;
    }

    private MappedArray find(String path) {
        Manifest.Array node = manifest.arrays().get(path);
        if (node == null) {
            return arrays.get(path); // created by this writer, not yet committed
        }
        return arrays.computeIfAbsent(
                path,
                p ->
                        new MappedArray(
                                this, p, node.type(), writer, new Rows(this.path, p, node, maps)));
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
     * @param path a group; {@code ""} is the root
     * @return the table
     * @throws IllegalArgumentException if there is no such group
     * @throws IllegalStateException if the group is no table
     */
    public synchronized Table table(String path) {
        requireOpen();
        String checked = path.isEmpty() ? path : NodeNames.check(path);
        Manifest.Group group = manifest.groups().get(checked);
        if (group == null) {
            throw new IllegalArgumentException(
                    "%s has no group '%s'. It has: %s"
                            .formatted(
                                    this.path,
                                    path,
                                    String.join(", ", manifest.groups().keySet())));
        }
        if (!group.table()) {
            throw new IllegalStateException(
                    "%s: the group '/%s' is no table: its arrays may have different lengths"
                            .formatted(this.path, path));
        }
        Map<String, MappedArray> columns = new LinkedHashMap<>();
        long rows = 0;
        for (Map.Entry<String, Manifest.Array> entry : manifest.arrays().entrySet()) {
            if (NodeNames.parent(entry.getKey()).equals(checked)) {
                columns.put(NodeNames.last(entry.getKey()), find(entry.getKey()));
                rows = entry.getValue().rows();
            }
        }
        return new Table(this, checked, rows, columns);
    }

    /**
     * Declares a group, created if it is missing, to be a table: from the next commit on its arrays
     * have equal lengths.
     *
     * @param path names joined by {@code /}; {@code ""} is the root
     */
    public synchronized void createTable(String path) {
        requireOpen();
        requireWriter().createTable(path.isEmpty() ? path : NodeNames.check(path));
    }

    /**
     * Makes everything that was appended and created durable and visible, at once: all or nothing.
     *
     * @return the generation that is current now; unchanged if there was nothing to commit
     * @throws IllegalStateException if a table's arrays differ in length; nothing is lost, append
     *     the rest and commit again
     * @throws IOException if something could not be written. If the disk was full, free space and
     *     commit again. If a force failed, the writer ends here, and the message says what is
     *     current
     */
    public long commit() throws IOException {
        StoreWriter committing;
        synchronized (this) {
            requireOpen();
            committing = requireWriter();
        }
        Manifest next = committing.commit(); // takes a while: readers are not kept waiting
        synchronized (this) {
            if (!closed && next.generation() > manifest.generation()) {
                show(next);
            }
            return next.generation();
        }
    }

    /** Moves all arrays to a generation; those that did not change keep their mapping. */
    private void show(Manifest next) {
        MapArena previousMaps = maps;
        maps = new MapArena();
        for (Map.Entry<String, Manifest.Array> entry : next.arrays().entrySet()) {
            MappedArray array = arrays.get(entry.getKey());
            Manifest.Array before = manifest.arrays().get(entry.getKey());
            if (array != null && !(entry.getValue().equals(before) && array.isMapped())) {
                array.replace(new Rows(path, entry.getKey(), entry.getValue(), maps));
            }
        }
        manifest = next;
        previousMaps.release();
    }

    private StoreWriter requireWriter() {
        if (writer == null) {
            throw new IllegalStateException(
                    path + ": the store is open for reading only. Store.edit opens it for writing");
        }
        return writer;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(path + ": the store was closed");
        }
    }

    /**
     * Closes the store; rows that were not committed are discarded, with a warning. Closing twice
     * is harmless.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        arrays.values().forEach(MappedArray::retire);
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
