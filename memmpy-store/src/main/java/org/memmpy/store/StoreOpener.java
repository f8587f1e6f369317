// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.NodeKind;
import org.memmpy.UnsupportedFormatException;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.os.Disk;
import org.memmpy.os.WriterLock;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The ways in which a store is made and opened. */
final class StoreOpener {
    private static final System.Logger LOG = System.getLogger(StoreOpener.class.getName());

    private final Path path;
    private final Set<StoreOption> options;
    private final Disk disk;

    StoreOpener(Path path, StoreOption... options) {
        this(path, null, options);
    }

    /**
     * An opener.
     *
     * @param disk how to write; null for the real one
     */
    StoreOpener(Path path, Disk disk, StoreOption... options) {
        // the empty path has no parent and is no start of others
        this.path = path.toString().isEmpty() ? Path.of(".") : path;
        this.options = EnumSet.noneOf(StoreOption.class);
        this.options.addAll(List.of(options));
        Disk real = this.options.contains(StoreOption.NO_FORCE) ? Disk.UNFORCED : Disk.REAL;
        this.disk = disk == null ? real : disk;
    }

    Store open() throws IOException {
        allow("Store.open", StoreOption.CHECKED);
        if (Files.isRegularFile(path)) {
            Pack pack = Pack.open(path);
            return new Store(path, checked(pack), pack.manifest(), null);
        }
        return new Store(path, files(), HeldGeneration.newest(path), null);
    }

    private StoreFiles files() {
        return checked(new StoreFiles.InDirectory(path));
    }

    private StoreFiles checked(StoreFiles files) {
        return options.contains(StoreOption.CHECKED) ? new CheckedFiles(files) : files;
    }

    Store edit() throws IOException {
        allow("Store.edit", StoreOption.NO_FORCE, StoreOption.CHECKED);
        return openForWriting();
    }

    private Store openForWriting() throws IOException {
        if (Files.isRegularFile(path)) {
            throw new UnsupportedFormatException(
                    path
                            + ": it is a file, and files are read only. Store.unpack makes a store of"
                            + " a pack, 'memmpy import' of an .npz or .npy file: edit that");
        }
        Generations generations = new Generations(path);
        if (!generations.exist()) {
            generations.readNewest(); // says what is there instead, and leaves no lock file
        }
        WriterLock lock = WriterLock.acquire(path);
        try {
            return writing(lock, generations.readNewest());
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private Store writing(WriterLock lock, Manifest newest) throws IOException {
        return new Store(path, files(), newest, new StoreWriter(path, disk, lock, newest));
    }

    Store create() throws IOException {
        allow(
                "Store.create",
                StoreOption.FREE_ROOT,
                StoreOption.REPLACE,
                StoreOption.NO_FORCE,
                StoreOption.CHECKED);
        NodeKind root = options.contains(StoreOption.FREE_ROOT) ? NodeKind.GROUP : NodeKind.TABLE;
        if (options.contains(StoreOption.REPLACE) && new Generations(path).exist()) {
            return replace(root);
        }
        requireNothingThere();
        makeDirectory();
        WriterLock lock = WriterLock.acquire(path);
        try {
            requireNothingThere();
            Manifest empty = Manifest.empty(root);
            Generations generations = new Generations(path);
            generations.publish(empty, disk, () -> {});
            removeAside(generations);
            return writing(lock, empty);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Makes a store of what a pack holds. */
    void unpack(Path file, Progress progress) throws IOException {
        allow("Store.unpack", StoreOption.NO_FORCE);
        Pack pack = Pack.open(file);
        try {
            if (pack.isForeign()) {
                throw new UnsupportedFormatException(
                        file
                                + ": it is no pack of memmpy: it has no manifest. 'memmpy import' makes"
                                + " a store of it");
            }
            requireNothingThere();
            makeDirectory();
            try (WriterLock lock = WriterLock.acquire(path)) {
                requireNothingThere();
                new Unpack(file, pack, path, disk, progress).run();
                removeAside(new Generations(path));
                lock.requireHeld();
            }
        } finally {
            pack.maps().release();
        }
    }

    /** Removes what was written aside here, or by one who died at this before. */
    private void removeAside(Generations generations) {
        try {
            generations.prune(disk, Set.of());
        } catch (IOException e) {
            LOG.log(Level.DEBUG, path + ": what was written aside stays until a commit", e);
        }
    }

    /** What is there stays until the first commit. */
    private Store replace(NodeKind root) throws IOException {
        Store store = openForWriting();
        boolean emptied = false;
        try {
            store.clear(root);
            emptied = true;
            return store;
        } finally {
            if (!emptied) {
                store.close();
            }
        }
    }

    private void allow(String method, StoreOption... allowed) {
        for (StoreOption option : options) {
            if (!List.of(allowed).contains(option)) {
                throw new IllegalArgumentException(
                        "%s(%s): the option %s makes no sense there"
                                .formatted(method, path, option));
            }
        }
    }

    /**
     * Makes the directory durable before there is a manifest: who finds one takes the directory for
     * durable.
     *
     * <p>Level by level, each before there is anything in it. So whoever dies on the way leaves one
     * level at most that may be lost, the lowest; the next one finds it and begins with that.
     */
    private void makeDirectory() throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        Path at = path.toAbsolutePath();
        for (; Files.notExists(at) && at.getParent() != null; at = at.getParent()) {
            missing.push(at);
        }
        Path above = at.toRealPath().getParent();
        if (above != null && Files.isWritable(above)) { // where nobody could make a name, none did
            disk.forceDirectory(above);
        }
        for (Path level : missing) {
            disk.createDirectories(level);
            disk.forceDirectory(level.getParent());
        }
    }

    private void requireNothingThere() throws IOException {
        if (new Generations(path).exist()) {
            throw new FileAlreadyExistsException(
                    path.toString(),
                    null,
                    "a memmpy store is there already. Store.edit appends to it; the option REPLACE"
                            + " starts anew");
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
}
