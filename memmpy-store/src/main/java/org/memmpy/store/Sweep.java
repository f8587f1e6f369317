// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Generations;
import org.memmpy.os.Disk;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Removes files that are named as a store names its own and are not needed, and the directories
 * that this leaves empty. Follows no symbolic link, and enters no store that lies in this one.
 */
final class Sweep {
    private static final Pattern DATA = Pattern.compile("(?s).*\\.(npy|npy\\.crc|value\\.json)");
    private static final Set<String> OTHERS = Set.of(".readers", ".cache", PartStores.DIRECTORY);

    private final Path store;
    private final Disk disk;
    private final VacuumNotes notes;
    private final Set<Path> busy;
    private final Set<String> needed;
    private final Set<String> uncommitted;
    private final Set<String> stays = new HashSet<>();

    /** As the file system spells them, whatever Unicode form it gives them back in. */
    private final Set<Path> stayingFiles = new HashSet<>();

    /** Where something was removed. */
    private final Set<Path> emptied = new HashSet<>();

    private long bytes;
    private int count;
    private IOException failure;

    /**
     * A sweep.
     *
     * @param store its real path
     */
    Sweep(
            Path store,
            Disk disk,
            Set<String> needed,
            Set<String> uncommitted,
            VacuumNotes notes,
            Set<Path> busy)
            throws IOException {
        this.store = store;
        this.disk = disk;
        this.notes = notes;
        this.busy = busy;
        this.needed = needed;
        this.uncommitted = uncommitted;
        for (Set<String> names : List.of(needed, uncommitted)) {
            for (String name : names) {
                stay(name);
                stay(name + ".crc");
            }
        }
    }

    private void stay(String name) throws IOException {
        stays.add(composed(name));
        stayingFiles.add(StoreFiles.resolve(store, name));
    }

    private static String composed(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFC);
    }

    long bytes() {
        return bytes;
    }

    int count() {
        return count;
    }

    /** {@return whether a generation that stays names a file that begins so} */
    boolean isNeeded(String prefix) {
        return needed.stream().anyMatch(file -> file.startsWith(prefix));
    }

    /** {@return whether the writer is about to commit a file that begins so} */
    boolean isUncommitted(String prefix) {
        return uncommitted.stream().anyMatch(file -> file.startsWith(prefix));
    }

    /** Removes the arrays' and values' files of the store itself. */
    void files() throws IOException {
        walk(store, file -> notes.isDue(name(file)));
    }

    /** Removes data files that are not needed, below a directory. */
    void walk(Path directory, Predicate<Path> due) throws IOException {
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes is)
                            throws IOException {
                        boolean skipped =
                                !at.equals(directory)
                                        && (isOther(at) || new Generations(at).exist());
                        return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes is) {
                        if (is.isRegularFile() && isUnneededData(file) && due.test(file)) {
                            remove(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path at, IOException e)
                            throws IOException {
                        if (e instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw e;
                    }
                });
    }

    private boolean isOther(Path directory) {
        return directory.getParent().equals(store)
                && OTHERS.contains(directory.getFileName().toString());
    }

    private boolean isUnneededData(Path file) {
        return DATA.matcher(file.getFileName().toString()).matches()
                && !stayingFiles.contains(file)
                && !stays.contains(composed(name(file)));
    }

    /** {@return a file's name in the store, with {@code /}} */
    String name(Path file) {
        StringBuilder name = new StringBuilder();
        for (Path element : store.relativize(file)) {
            name.append(name.isEmpty() ? "" : "/").append(element);
        }
        return name.toString();
    }

    /** Removes a file; goes on with the others if it cannot be removed. */
    void remove(Path file) {
        try {
            BasicFileAttributes is =
                    Files.readAttributes(
                            file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (is.isRegularFile()) {
                disk.delete(file);
                bytes += is.size();
                count++;
                emptied.add(file.getParent());
            }
        } catch (NoSuchFileException e) {
            // somebody else has removed it
        } catch (IOException e) {
            failed(e);
        }
    }

    /** Takes note of what could not be removed, to be told at the end. */
    void failed(IOException e) {
        if (failure == null) {
            failure = e;
        } else {
            failure.addSuppressed(e);
        }
    }

    /** Removes the directories that were made empty. */
    void finish() throws IOException {
        for (Path directory : emptied) {
            Path at = directory;
            while (!at.equals(store) && removeIfEmpty(at)) {
                at = at.getParent();
            }
        }
        if (failure != null) {
            throw new IOException(
                    "%s: %,d files of %,d bytes were removed, others could not be (the cause names one). The store is sound. Look for missing permission, or on Windows for a program that has them open, and vacuum again"
                            .formatted(store, count, bytes),
                    failure);
        }
    }

    private boolean removeIfEmpty(Path directory) throws IOException {
        if (busy.contains(directory)) {
            return false;
        }
        try {
            disk.delete(directory);
            return true;
        } catch (DirectoryNotEmptyException e) {
            return false;
        } catch (IOException e) {
            if (Files.exists(directory)) {
                failed(e);
            }
            return false;
        }
    }
}
