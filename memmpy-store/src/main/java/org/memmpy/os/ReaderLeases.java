// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The generations of a store that are being read, by any process: a file {@code
 * .readers/<generation>-<pid>-<nonce>.lease} for each reader, on which it holds an operating-system
 * lock. The lock goes when its process dies, however it dies; the file then stays until a {@link
 * #scan} removes it.
 *
 * <p>POSIX releases a lock when <em>any</em> descriptor of the file is closed by the process that
 * holds it, so nobody opens a lease file that its own process holds: a registry knows them by name.
 * Copying the directory {@code .readers} within such a process breaks this; nobody needs a copy.
 *
 * <p>Whoever looks at a file that was created but is not locked yet takes it for a dead reader's.
 * This is harmless: it is removed under a lock only, so its creator either fails to lock it or
 * finds, after having locked it, that it is gone, and makes another.
 *
 * <p>All methods may be called from any thread and go on when interrupted.
 */
public final class ReaderLeases {
    private static final String DIRECTORY = ".readers";
    private static final Pattern NAME =
            Pattern.compile("(\\d{1,18})-(\\d{1,18})-[0-9a-f]+\\.lease");

    /**
     * Each needs a scan by another process, or the last reader leaving, in the same microsecond.
     */
    private static final int ATTEMPTS = 100;

    private static final System.Logger LOG = System.getLogger(ReaderLeases.class.getName());

    /**
     * By file name, which no two leases share, what is held by this JVM: not by a class loader. A
     * name is here before its file exists and until it exists no more. The open channel is the
     * value, so that a store which is forgotten keeps its lease: garbage collection closes channels
     * that nobody has.
     */
    private static final Map<String, Object> HELD_HERE = heldHere();

    private ReaderLeases() {}

    /**
     * What a scan has found.
     *
     * @param readers those who live
     * @param dead how many leases were a dead reader's
     */
    public record Live(List<Reader> readers, int dead) {
        /** {@return the generations that are being read} */
        public SortedSet<Long> generations() {
            SortedSet<Long> generations = new TreeSet<>();
            readers.forEach(reader -> generations.add(reader.generation()));
            return generations;
        }
    }

    /**
     * One lease.
     *
     * @param generation what is read
     * @param pid by which process: as it knows itself, which in a container is a number of its own
     */
    public record Reader(long generation, long pid) {}

    @SuppressWarnings("unchecked")
    private static Map<String, Object> heldHere() {
        return (Map<String, Object>)
                System.getProperties()
                        .computeIfAbsent("org.memmpy.readers", name -> new ConcurrentHashMap<>());
    }

    /**
     * Says that a generation is being read. It may have been removed just before: look for its
     * manifest afterwards. To follow a store, take the next generation's lease, then close this.
     *
     * @param store the store's directory
     * @param generation at least 0
     * @return the lease, to be closed; empty where none can be had: the directory is read-only, the
     *     file system has no locks
     */
    public static Optional<ReaderLease> acquire(Path store, long generation) {
        return acquire(store, generation, FileChannel::tryLock);
    }

    static Optional<ReaderLease> acquire(Path store, long generation, WriterLock.Locking locking) {
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                ReaderLease lease =
                        Uninterrupted.call(
                                () -> tryAcquire(store.resolve(DIRECTORY), generation, locking));
                if (lease != null) {
                    return Optional.of(lease);
                }
            }
            LOG.log(Level.DEBUG, "{0}: no reader lease in {1} attempts", store, ATTEMPTS);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.log(
                    Level.DEBUG,
                    () -> store + ": read without a lease, which vacuum must know otherwise",
                    e);
        }
        return Optional.empty();
    }

    /** {@return null if somebody came between} */
    private static ReaderLease tryAcquire(
            Path directory, long generation, WriterLock.Locking locking) throws IOException {
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            // what is needed; if it is no directory, the next step fails
        }
        // 64 random bits: other machines, containers too, may have the same process numbers
        String name =
                "%d-%d-%s.lease"
                        .formatted(
                                generation,
                                ProcessHandle.current().pid(),
                                Long.toHexString(ThreadLocalRandom.current().nextLong()));
        Path file = directory.resolve(name);
        FileChannel channel = null;
        boolean held = false;
        HELD_HERE.put(name, name);
        try {
            channel =
                    FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            if (locking.tryLock(channel) != null && Files.exists(file)) {
                HELD_HERE.put(name, channel);
                held = true;
                return new ReaderLease(generation, file, channel);
            }
            return null; // a scan was faster
        } catch (NoSuchFileException e) {
            return null; // another reader has closed, and removed the directory
        } finally {
            if (channel == null) {
                HELD_HERE.remove(name);
            } else if (!held) {
                release(file, channel);
            }
        }
    }

    static void release(Path file, FileChannel channel) {
        // first the file, then the lock: nobody sees it unlocked
        boolean deleted = delete(file);
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> file + ": closing the reader lease failed", e);
        }
        if (!deleted) {
            delete(file);
        }
        HELD_HERE.remove(file.getFileName().toString());
        deleteIfEmpty(file.getParent());
    }

    private static void deleteIfEmpty(Path directory) {
        try {
            Files.delete(directory);
        } catch (IOException e) {
            // there are other readers
        }
    }

    private static boolean delete(Path file) {
        try {
            Files.deleteIfExists(file);
            return true;
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> file + ": the reader lease was not removed", e);
            return false;
        }
    }

    /**
     * The generations named by any lease, a dead reader's too. Lists one directory and opens
     * nothing: for every commit.
     *
     * @param store the store's directory
     * @return the generations; none if nobody reads
     * @throws IOException if the directory cannot be listed: somebody may be reading
     */
    public static SortedSet<Long> namedGenerations(Path store) throws IOException {
        SortedSet<Long> generations = new TreeSet<>();
        for (Path file : list(store)) {
            generations.add(reader(file).generation());
        }
        return generations;
    }

    /**
     * The generations that are being read now. Whoever removes what no manifest names, removes the
     * manifests first and looks here then: a reader takes its lease first and looks for its
     * manifest then.
     *
     * @param store the store's directory
     * @param removeDead whether to remove the leases of readers that are dead
     * @return the live leases, and those of which it cannot be known
     * @throws IOException if the directory cannot be listed: somebody may be reading
     */
    public static Live scan(Path store, boolean removeDead) throws IOException {
        List<Reader> readers = new ArrayList<>();
        int dead = 0;
        // two scans of one process would take each other for readers
        synchronized (HELD_HERE) {
            for (Path file : list(store)) {
                if (HELD_HERE.containsKey(file.getFileName().toString())
                        || !isDead(file, removeDead)) {
                    readers.add(reader(file));
                } else {
                    dead++;
                }
            }
        }
        if (removeDead && dead > 0) {
            deleteIfEmpty(store.resolve(DIRECTORY));
        }
        return new Live(List.copyOf(readers), dead);
    }

    private static boolean isDead(Path file, boolean remove) {
        try {
            return Uninterrupted.call(
                    () -> {
                        // a shared lock, because it takes no right to write another user's file
                        try (FileChannel channel =
                                FileChannel.open(file, StandardOpenOption.READ)) {
                            if (channel.tryLock(0, Long.MAX_VALUE, true) == null) {
                                return false;
                            }
                            if (remove) {
                                delete(file);
                            }
                            return true;
                        }
                    });
        } catch (NoSuchFileException e) {
            return true; // closed since it was listed
        } catch (IOException | OverlappingFileLockException e) {
            LOG.log(Level.DEBUG, () -> file + ": taken for a living reader's", e);
            return false;
        }
    }

    private static List<Path> list(Path store) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(
                        store.resolve(DIRECTORY),
                        entry -> NAME.matcher(entry.getFileName().toString()).matches())) {
            entries.forEach(files::add);
        } catch (NoSuchFileException e) {
            return List.of(); // nobody reads
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return files;
    }

    private static Reader reader(Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (!name.matches()) {
            throw new IllegalArgumentException(file.toString());
        }
        return new Reader(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)));
    }
}
