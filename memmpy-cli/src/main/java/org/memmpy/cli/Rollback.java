// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.format.Generations;
import org.memmpy.format.NodeNames;
import org.memmpy.format.NpyHeader;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an import has made so far, to be removed if it fails: never anything else.
 *
 * <p>Files and directories are known by their real paths, without links, and by the system's
 * identity of them: what was put in their place meanwhile stays. Directories are removed only when
 * they are empty. Once a generation has appeared that may name the files, nothing is removed.
 */
final class Rollback {
    private final List<Path> missing;
    private final Map<Path, Object> directories = new LinkedHashMap<>();
    private final Map<Path, Object> files = new LinkedHashMap<>();
    private Path root;
    private Object rootKey;
    private long generation;

    private Rollback(List<Path> missing) {
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
        return new Rollback(missing);
    }

    /** Takes note of a store that was there before. */
    void opened(Store store) throws IOException {
        root = store.path().toRealPath();
        rootKey = key(root);
        generation = new Generations(root).highest();
    }

    /** Takes note of a store that this import has made. */
    void created(Store store) throws IOException {
        opened(store);
        madeDirectories(missing);
        for (String name : ofNewStore()) {
            made(root.resolve(name));
        }
    }

    private List<String> ofNewStore() {
        return List.of("memmpy-000001.json", "memmpy-000001.json.aside", "writer.lock");
    }

    /** Removes what the making of a store has left that then failed. */
    void creationFailed(Path store) throws IOException {
        madeDirectories(missing);
        if (Files.isDirectory(store)) {
            Path made = store.toRealPath();
            // otherwise another writer is at work by now
            if (!new Generations(made).exist() && Files.notExists(made.resolve("writer.json"))) {
                for (String name : ofNewStore()) {
                    Files.deleteIfExists(made.resolve(name));
                }
            }
        }
        removeDirectories();
    }

    /** A step that makes files. */
    @FunctionalInterface
    interface Creation<T> {
        /** Does it. */
        T run() throws IOException;
    }

    /** Takes note of the file and the directories that the creation of an array makes. */
    <T> T creating(String array, Creation<T> creation) throws IOException {
        int attempt = 1;
        Path file = file(array, attempt);
        while (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            file = file(array, ++attempt);
        }
        List<Path> absent = new ArrayList<>();
        for (Path at = file.getParent(); !at.equals(root); at = at.getParent()) {
            if (Files.notExists(at, LinkOption.NOFOLLOW_LINKS)) {
                absent.addFirst(at);
            }
        }
        try {
            return creation.run();
        } finally {
            madeDirectories(absent);
            // a new array's file is a header at most; anything longer came from elsewhere
            if (Files.exists(file) && Files.size(file) <= NpyHeader.BYTES) {
                made(file);
            }
        }
    }

    private Path file(String array, int attempt) {
        return root.resolve(NodeNames.file(array, attempt));
    }

    private void made(Path file) throws IOException {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            files.put(file, key(file));
        }
    }

    private void madeDirectories(List<Path> absentBefore) throws IOException {
        for (Path directory : absentBefore) {
            if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                directories.put(directory, key(directory));
            }
        }
    }

    /**
     * To be called while the writer's lock is still held, so that no other writer is in between.
     */
    void removeFiles() throws IOException {
        if (!isSame(root, rootKey) || new Generations(root).highest() != generation) {
            return;
        }
        if (files.containsKey(root.resolve("writer.lock"))) {
            // of a commit that failed in a store that nobody else has written to
            Files.deleteIfExists(root.resolve("memmpy-000002.json.aside"));
        }
        for (Map.Entry<Path, Object> file : files.entrySet()) {
            if (isSame(file.getKey(), file.getValue())) {
                Files.delete(file.getKey());
            }
        }
    }

    /** To be called when nothing in them is open any more. */
    void removeDirectories() throws IOException {
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
