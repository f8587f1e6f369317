// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The new store of an import, to be removed if the import fails: never anything else.
 *
 * <p>Files and directories are known by their real paths, without links, and by the system's
 * identity of them: what was put in their place meanwhile stays. The store goes only if nothing is
 * in it but its empty first generation; the files of arrays it has removed by itself.
 */
final class Rollback {
    private static final String LOCK = "writer.lock";
    private static final String FIRST = "memmpy-000001.json";
    private static final String ASIDE = FIRST + ".aside";

    private final Path store;
    private final List<Path> missing;
    private final Map<Path, Object> directories = new LinkedHashMap<>();
    private final Map<Path, Object> files = new LinkedHashMap<>();
    private Path root;
    private Object rootKey;

    private Rollback(Path store, List<Path> missing) {
        this.store = store;
        this.missing = missing;
    }

    /** Remembers which directories down to a store's are not there yet. */
    static Rollback before(Path store) throws IOException {
        Path absolute = store.toAbsolutePath();
        Path existing = absolute;
        while (Files.notExists(existing)) {
            existing = existing.getParent();
        }
        List<Path> missing = new ArrayList<>();
        Path real = existing.toRealPath();
        for (int i = existing.getNameCount(); i < absolute.getNameCount(); i++) {
            // lexically: below what exists there are no links
            real = real.resolve(absolute.getName(i)).normalize();
            if (Files.notExists(real, LinkOption.NOFOLLOW_LINKS)) {
                missing.add(real);
            }
        }
        return new Rollback(store, missing);
    }

    /** Takes note of a store that was made just now, and is still locked. */
    void created() throws IOException {
        made(List.of(FIRST, ASIDE, LOCK));
    }

    /** Removes what the making of a store, also of a pack, has left that then failed. */
    void creationFailed() throws IOException {
        made(List.of(ASIDE, LOCK)); // a generation would be somebody else's
        remove();
    }

    /**
     * Takes note of what was made.
     *
     * @param names of the files that can be the new store's
     */
    private void made(List<String> names) throws IOException {
        for (Path directory : missing) {
            if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                directories.put(directory, key(directory));
            }
        }
        if (Files.isDirectory(store)) {
            root = store.toRealPath();
            rootKey = key(root);
            for (String name : names) {
                Path file = root.resolve(name);
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    files.put(file, key(file));
                }
            }
        }
    }

    /** To be called when the store is closed. */
    void remove() throws IOException {
        if (root != null && isSame(root, rootKey)) {
            removeFiles();
        }
        for (Path directory : List.copyOf(directories.keySet()).reversed()) {
            if (isSame(directory, directories.get(directory))) {
                try {
                    Files.delete(directory);
                } catch (DirectoryNotEmptyException e) {
                    // somebody has put something there
                }
            }
        }
    }

    /** Holds the writer's lock meanwhile, so that no other process starts to write. */
    private void removeFiles() throws IOException {
        Path lockFile = root.resolve(LOCK);
        if (!files.containsKey(lockFile) || !isSame(lockFile, files.get(lockFile))) {
            return;
        }
        try (FileChannel lock = FileChannel.open(lockFile, StandardOpenOption.WRITE)) {
            if (lock.tryLock() != null && isNothingElseThere()) {
                for (Path file : files.keySet()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private boolean isNothingElseThere() throws IOException {
        try (var entries = Files.list(root)) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                if (!files.containsKey(entry) || !isSame(entry, files.get(entry))) {
                    return false;
                }
            }
            return true;
        }
    }

    private static boolean isSame(Path path, Object key) throws IOException {
        try {
            return key(path).equals(key);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static Object key(Path path) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        // Windows has no key
        return attributes.fileKey() != null ? attributes.fileKey() : attributes.creationTime();
    }
}
