// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import org.memmpy.StoreLockedException;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
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
    private static final Map<Object, Throwable> HELD_HERE = new HashMap<>();

    private final Object key;
    private final FileChannel channel;
    private final Path holder;

    private WriterLock(Object key, FileChannel channel, Path holder) {
        this.key = key;
        this.channel = channel;
        this.holder = holder;
    }

    /**
     * Takes the lock of a store, or says who has it.
     *
     * @param store the store's directory, which exists
     * @throws StoreLockedException if a writer in this process or another has it
     * @throws IOException if the lock file cannot be written or the file system has no locks
     */
    public static WriterLock acquire(Path store) throws IOException {
        Path lockFile = store.resolve("writer.lock");
        Path holder = store.resolve("writer.json");
        synchronized (HELD_HERE) {
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
            FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
            try {
                FileLock lock = channel.tryLock();
                if (lock == null) {
                    throw new StoreLockedException(
                            store
                                    + ": another process is writing to the store: "
                                    + describe(holder)
                                    + ". A store has one writer: let it finish; Store.open reads"
                                    + " beside it");
                }
                String pid = Long.toString(ProcessHandle.current().pid());
                Files.writeString(holder, holderJson(pid));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
            HELD_HERE.put(key, new Throwable("the writer was opened here"));
            WriterLock held = new WriterLock(key, channel, holder);
            OpenResources.opened(held, "writer lock");
            return held;
        }
    }

    /** Gives the lock back. Closing twice is harmless. */
    @Override
    public void close() throws IOException {
        synchronized (HELD_HERE) {
            if (!channel.isOpen()) {
                return;
            }
            try {
                Files.deleteIfExists(holder);
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

    /** The same file under two names must give one key; systems without file keys use the path. */
    private static Object key(Path lockFile) throws IOException {
        Object fileKey = Files.readAttributes(lockFile, BasicFileAttributes.class).fileKey();
        return fileKey != null ? fileKey : lockFile.toRealPath();
    }

    private static String holderJson(String pid) {
        String command = ProcessHandle.current().info().command().orElse("unknown");
        return "{\"pid\": %s, \"host\": \"%s\", \"since\": \"%s\", \"command\": \"%s\"}%n"
                .formatted(
                        pid,
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
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    private static String describe(Path holder) {
        try {
            return Files.readString(holder).strip();
        } catch (IOException e) {
            return "(who, is not known: " + holder.getFileName() + " cannot be read)";
        }
    }
}
