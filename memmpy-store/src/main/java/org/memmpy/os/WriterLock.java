// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import org.memmpy.StoreLockedException;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;

/**
 * The one writer of a store.
 *
 * <p>An operating-system lock on {@code writer.lock} keeps other processes out; it goes when its
 * process dies, however it dies. The file is opened once per JVM: POSIX releases a lock when
 * <em>any</em> descriptor of the file is closed by the process that holds it, so a second opening
 * is refused by a registry before the file is touched. Who holds it stands in {@code writer.json},
 * apart from the lock, for the message that the other side gets.
 */
public final class WriterLock implements AutoCloseable {
    /**
     * By the lock file's key, where it was opened. One for the JVM, not one for each class loader.
     */
    private static final Map<Object, Throwable> HELD_HERE = heldHere();

    private static final System.Logger LOG = System.getLogger(WriterLock.class.getName());

    /** How the operating system is asked; tests play a file system that has no locks. */
    @FunctionalInterface
    interface Locking {
        /** {@return null if somebody else has the lock} */
        FileLock tryLock(FileChannel file) throws IOException;
    }

    private final Object key;
    private final FileChannel channel;
    private final Path lockFile;
    private final Path holder;

    /** What was written to the holder's file; null if that was not possible. */
    private final String told;

    private WriterLock(Object key, FileChannel channel, Path lockFile, Path holder, String told) {
        this.key = key;
        this.told = told;
        this.channel = channel;
        this.lockFile = lockFile;
        this.holder = holder;
    }

    @SuppressWarnings("unchecked")
    private static Map<Object, Throwable> heldHere() {
        return (Map<Object, Throwable>)
                System.getProperties()
                        .computeIfAbsent("org.memmpy.writers", name -> new HashMap<>());
    }

    /**
     * Takes the lock of a store, or says who has it.
     *
     * @param store the store's directory, which exists
     * @throws StoreLockedException if a writer in this process or another has it
     * @throws IOException if the lock file cannot be written or the file system has no locks
     */
    public static WriterLock acquire(Path store) throws IOException {
        return acquire(store, FileChannel::tryLock);
    }

    static WriterLock acquire(Path store, Locking locking) throws IOException {
        Path lockFile = store.resolve("writer.lock");
        synchronized (HELD_HERE) {
            WriterLock held = null;
            while (held == null) {
                try {
                    held = acquireUnlessReplaced(store, lockFile, locking);
                } catch (NoSuchFileException e) {
                    if (Files.notExists(store)) {
                        throw e;
                    }
                }
            }
            HELD_HERE.put(held.key, new Throwable("the writer was opened here"));
            OpenResources.opened(held, "writer lock");
            return held;
        }
    }

    /**
     * {@return the lock; null if the file was deleted before it was locked, as a vacuum does with
     * those of dead writers}
     */
    private static WriterLock acquireUnlessReplaced(Path store, Path lockFile, Locking locking)
            throws IOException {
        if (Files.notExists(lockFile)) {
            createIfMissing(lockFile);
        }
        Object key = key(lockFile);
        Throwable openedAt = HELD_HERE.get(key);
        if (openedAt != null) {
            throw new StoreLockedException(
                    store
                            + ": this process already has a writer open on the store (the cause"
                            + " shows where). A store has one writer: share it, or close it"
                            + " first; Store.open reads beside it",
                    openedAt);
        }
        return Uninterrupted.call(() -> lock(store, lockFile, key, locking));
    }

    private static WriterLock lock(Path store, Path lockFile, Object key, Locking locking)
            throws IOException {
        Path holder = store.resolve("writer.json");
        FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
        WriterLock held = null;
        try {
            if (tryLock(channel, store, locking) == null) {
                throw new StoreLockedException(
                        store
                                + ": another process is writing to the store: "
                                + describe(holder)
                                + ". A store has one writer: let it finish; Store.open reads"
                                + " beside it");
            }
            if (isAt(lockFile, key)) {
                held = new WriterLock(key, channel, lockFile, holder, tell(holder));
            }
            return held;
        } finally {
            if (held == null) {
                channel.close();
            }
        }
    }

    private static FileLock tryLock(FileChannel channel, Path store, Locking locking)
            throws IOException {
        try {
            return locking.tryLock(channel);
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException e) {
            throw new IOException(
                    "%s: the file system gives no lock on writer.lock (%s), without which two writers would destroy each other's rows. Write the store on a local disk and copy it here, or mount this file system with locks; Store.open reads here without"
                            .formatted(store, e.getMessage()),
                    e);
        }
    }

    /** Says that a writer is not the only one any more. */
    public static final class LostException extends IOException {
        private static final long serialVersionUID = 1;

        private LostException(String message) {
            super(message);
        }
    }

    /** The lock counts; on a full disk there is none who could read this, and space to be freed. */
    private static String tell(Path holder) throws IOException {
        try {
            String json = holderJson();
            Files.writeString(holder, json);
            return json;
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            LOG.log(Level.DEBUG, holder + " cannot be written; others will not see who writes", e);
            return null;
        }
    }

    /**
     * Makes sure that the lock file is still the one that was locked: somebody who deletes it lets
     * a second writer in.
     *
     * @throws LostException if it is not, or the lock was given back
     * @throws IOException if that is not known, for example for want of file descriptors
     */
    public void requireHeld() throws IOException {
        if (!channel.isOpen()) {
            throw new LostException(
                    lockFile
                            + ": this writer was closed and has given its lock back. Open the store"
                            + " again with Store.edit");
        }
        if (!isAt(lockFile, key)) {
            throw new LostException(
                    lockFile
                            + " was deleted or replaced while its writer was at work, so another writer"
                            + " may be at work too. Never delete it: the lock of a dead process is"
                            + " gone with it");
        }
    }

    /**
     * {@return whether it is certain that nobody else has taken the lock since, even where a file
     * system grants it twice: whoever does says so in the holder's file}
     */
    public boolean isUncontested() {
        try {
            return told != null && Uninterrupted.call(() -> told.equals(Files.readString(holder)));
        } catch (IOException e) {
            return false;
        }
    }

    /** Gives the lock back. Closing twice is harmless. */
    @Override
    public void close() throws IOException {
        synchronized (HELD_HERE) {
            if (!channel.isOpen()) {
                return; // by now the key may be another writer's
            }
            try {
                Files.deleteIfExists(holder);
            } catch (IOException e) {
                LOG.log(Level.DEBUG, holder + " cannot be removed; the next writer does", e);
            } finally {
                HELD_HERE.remove(key);
                OpenResources.closed(this);
                channel.close();
            }
        }
    }

    private static void createIfMissing(Path lockFile) throws IOException {
        // CREATE, not CREATE_NEW: two processes may both be first
        FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
    }

    private static boolean isAt(Path lockFile, Object key) throws IOException {
        return !Files.notExists(lockFile) && key.equals(key(lockFile));
    }

    /** The same file under two names must give one key; systems without file keys use the path. */
    private static Object key(Path lockFile) throws IOException {
        Object fileKey = Files.readAttributes(lockFile, BasicFileAttributes.class).fileKey();
        return fileKey != null ? fileKey : lockFile.toRealPath();
    }

    private static String holderJson() {
        String command = ProcessHandle.current().info().command().orElse("unknown");
        return "{\"pid\": %s, \"host\": \"%s\", \"since\": \"%s\", \"command\": \"%s\"}%n"
                .formatted(
                        ProcessHandle.current().pid(),
                        escape(hostName()),
                        Instant.now().truncatedTo(ChronoUnit.SECONDS),
                        escape(command));
    }

    /** From the environment, never by a name service, which may hang for seconds. */
    private static String hostName() {
        for (String variable : new String[] {"HOSTNAME", "COMPUTERNAME"}) {
            String name = System.getenv(variable);
            if (name != null && !name.isEmpty()) {
                return name;
            }
        }
        try {
            return Files.readString(Path.of("/etc/hostname")).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String escape(String text) {
        return text.replaceAll("[\\p{Cntrl}\\\\\"]", "?");
    }

    private static String describe(Path holder) {
        try {
            return Files.readString(holder).strip();
        } catch (IOException e) {
            return "(who, is not known: " + holder.getFileName() + " cannot be read)";
        }
    }
}
