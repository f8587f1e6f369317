// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RowType;
import org.memmpy.format.BlockChecksums;
import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;
import org.memmpy.os.Disk;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The files that a writer has made or opened: their names, how many are open at once, and what
 * becomes of those that no generation names in the end.
 */
final class PendingFiles {
    private static final int MAX_ATTEMPTS = 10_000;
    private static final int MAX_OPEN = 256;
    private static final System.Logger LOG = System.getLogger(PendingFiles.class.getName());

    private final Path store;
    private final Disk disk;

    private final Set<PartWriter> parts = new LinkedHashSet<>();

    /** Those that may have their file open, the least recently used first. */
    private final LinkedHashSet<PartWriter> open = new LinkedHashSet<>();

    private final Set<String> made = new LinkedHashSet<>();
    private final Set<Path> madeDirectories = new LinkedHashSet<>();

    /** What the system knows them by, so that what is put in their place stays. */
    private final FileIdentities identities = new FileIdentities();

    private final Set<Path> unforcedDirectories = new LinkedHashSet<>();
    private Manifest committed;
    private long generation;

    /** Names that are or were in use, without their case; null until one is needed. */
    private Set<String> taken;

    PendingFiles(Path store, Disk disk) {
        this.store = store;
        this.disk = disk;
    }

    /** From now on files are made for the next generation; those made before are committed. */
    void startGeneration(Manifest committed, long next) {
        this.committed = committed;
        generation = next;
        taken = null;
        made.clear();
        madeDirectories.clear();
        identities.clear();
        unforcedDirectories.clear();
    }

    /** {@return what makes and opens the parts of an array} */
    ArrayAppender.PartFiles of(String path) {
        return new ArrayAppender.PartFiles() {
            @Override
            public PartWriter open(String where, RowType type, Manifest.Part committed)
                    throws IOException {
                return added(PartWriter.open(disk, store, where, type, committed));
            }

            @Override
            public PartWriter create(RowType type) throws IOException {
                PartWriter part =
                        make(path, ".npy", file -> PartWriter.create(disk, store, file, type));
                return added(part);
            }
        };
    }

    private PartWriter added(PartWriter part) {
        parts.add(part);
        return part;
    }

    /** Makes a file of a name, exclusively. */
    private interface Creation<T> {
        T create(String file) throws IOException;
    }

    /** A file of the name may be a dead writer's, or another node's: names are not used twice. */
    private <T> T make(String path, String suffix, Creation<T> creation) throws IOException {
        String plain = NodeNames.file(path, suffix, generation, 0);
        makeDirectories(StoreFiles.resolve(store, plain).getParent());
        for (int attempt = NodeNames.isNumbered(plain) ? 1 : 0; ; attempt++) {
            String file = NodeNames.file(path, suffix, generation, attempt);
            if (isTaken(file)) {
                continue;
            }
            try {
                T created = creation.create(file);
                made.add(file);
                taken.add(NodeNames.folded(file));
                identities.remember(StoreFiles.resolve(store, file));
                return created;
            } catch (FileAlreadyExistsException e) {
                if (attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /**
     * {@return whether a file has the name, also in another case: on the disks of some systems, and
     * where the store may be copied to, both names are one}
     */
    private boolean isTaken(String file) {
        if (taken == null) {
            taken = new HashSet<>();
            Set<String> named = PendingTree.files(committed.arrays(), committed.values());
            for (Set<String> names : List.of(named, committed.retired(), made)) {
                names.forEach(name -> taken.add(NodeNames.folded(name)));
            }
        }
        return taken.contains(NodeNames.folded(file));
    }

    /** {@return whether this writer has made the file, which is about to be removed} */
    private boolean unmake(String file) {
        if (taken != null && made.contains(file)) {
            taken.remove(NodeNames.folded(file));
        }
        return made.remove(file);
    }

    private void makeDirectories(Path directory) throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path at = directory; !at.equals(store); at = at.getParent()) {
            if (Files.notExists(at)) {
                missing.addFirst(at);
            }
            unforcedDirectories.add(at);
        }
        unforcedDirectories.add(store);
        if (!missing.isEmpty()) {
            disk.createDirectories(directory);
            madeDirectories.addAll(missing);
            missing.forEach(identities::remember);
        }
    }

    /** Removes a value's file, if no generation names it. */
    void dropValue(Manifest.Value value) {
        if (value != null) {
            dropMade(value.file());
        }
    }

    /** If it cannot be removed, a vacuum will do it. */
    private void dropMade(String file) {
        if (unmake(file)) {
            try {
                disk.delete(StoreFiles.resolve(store, file));
            } catch (IOException e) {
                notRemoved(file, e);
            }
        }
    }

    private void notRemoved(String file, IOException e) {
        LOG.log(Level.WARNING, store + ": " + file + " is not needed, but stays until a vacuum", e);
    }

    /** Writes a value's file, and forces it. */
    Manifest.Value writeValue(String path, byte[] json, Map<String, Object> attributes)
            throws IOException {
        Disk.DiskFile[] created = {null};
        String name =
                make(
                        path,
                        ".value.json",
                        file -> {
                            created[0] = disk.create(StoreFiles.resolve(store, file));
                            return file;
                        });
        boolean written = false;
        try (Disk.DiskFile out = created[0]) {
            out.write(ByteBuffer.wrap(json), 0);
            out.force();
            written = true;
        } finally {
            if (!written) {
                dropMade(name);
            }
        }
        return new Manifest.Value(
                name, json.length, BlockChecksums.of(ByteBuffer.wrap(json)), attributes);
    }

    /**
     * Takes note that parts were used, and closes the files of others if too many are open.
     *
     * @throws IOException if one could not be forced before it was closed
     */
    void used(ArrayAppender appender) throws IOException {
        for (PartWriter part : appender.written()) {
            if (part.isOpen()) {
                open.remove(part);
                open.add(part);
            }
        }
        Iterator<PartWriter> eldest = open.iterator();
        while (open.size() > MAX_OPEN && eldest.hasNext()) {
            PartWriter part = eldest.next();
            if (part.canRelease()) {
                part.release();
                eldest.remove();
            }
        }
    }

    /** {@return the files that no committed generation names} */
    Set<String> made() {
        return made;
    }

    /** {@return the directories that the next commit will force, as names in the store} */
    Set<Path> directories() {
        Set<Path> names = new LinkedHashSet<>();
        unforcedDirectories.forEach(directory -> names.add(store.relativize(directory)));
        return names;
    }

    /** Takes note of the directories in which files for checksums were made. */
    void madeSides(Collection<PartWriter> written) throws IOException {
        for (PartWriter part : written) {
            if (part.hasMadeSide()) {
                unforcedDirectories.add(StoreFiles.resolve(store, part.file()).getParent());
            }
        }
    }

    void forceDirectories() throws IOException {
        for (Path directory : unforcedDirectories) {
            disk.forceDirectory(directory);
        }
    }

    /** Lets go of parts whose rows are not wanted any more. */
    void drop(Collection<PartWriter> dropped) {
        for (PartWriter part : dropped) {
            parts.remove(part);
            open.remove(part);
            try {
                if (unmake(part.file())) {
                    discard(part);
                } else {
                    part.close();
                }
            } catch (IOException e) {
                notRemoved(part.file(), e);
            }
        }
    }

    /**
     * Closes everything.
     *
     * @param discard whether files that no generation names are removed
     */
    void close(boolean discard) {
        for (PartWriter part : parts) {
            try {
                if (discard && made.contains(part.file())) {
                    discard(part);
                } else {
                    part.close();
                }
            } catch (IOException e) {
                LOG.log(Level.WARNING, store + ": a file could not be closed", e);
            }
        }
        parts.clear();
        open.clear();
        if (discard) {
            removeMade();
        }
    }

    private void removeMade() {
        List<Path> paths = new ArrayList<>();
        try {
            for (String file : made) {
                paths.add(StoreFiles.resolve(store, file));
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, store + ": a file that was not committed stays", e);
        }
        paths.addAll(List.copyOf(madeDirectories).reversed());
        for (Path path : paths) {
            try {
                delete(path);
            } catch (IOException e) {
                // somebody has put something there; vacuum removes what is ours
                LOG.log(Level.DEBUG, path + " was not committed, but stays", e);
            }
        }
    }

    private void discard(PartWriter part) throws IOException {
        if (identities.holds(StoreFiles.resolve(store, part.file()))) {
            part.discard();
        } else {
            part.close();
        }
    }

    private void delete(Path own) throws IOException {
        if (identities.holds(own)) {
            disk.delete(own);
        }
    }
}
