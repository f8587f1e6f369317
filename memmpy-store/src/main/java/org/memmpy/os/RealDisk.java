// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** {@link Disk} by {@code java.nio.file}. */
final class RealDisk implements Disk {
    private static final boolean WINDOWS =
            System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");

    @Override
    public DiskFile create(Path file) throws IOException {
        return new RealFile(
                file,
                true,
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE));
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        return new RealFile(file, true, reopen(file, true));
    }

    static ReadableFile openForReading(Path file) throws IOException {
        return new RealFile(file, false, reopen(file, false));
    }

    private static FileChannel reopen(Path file, boolean writable) throws IOException {
        return writable
                ? FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)
                : FileChannel.open(file, StandardOpenOption.READ);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory);
    }

    @Override
    public void publish(Path aside, Path file) throws IOException {
        try {
            // A hard link is made only if the name is free, in one step; a rename would replace.
            Files.createLink(file, aside);
        } catch (FileAlreadyExistsException e) {
            // NFS may have lost the answer to a request that it then repeated
            if (!Files.isSameFile(file, aside)) {
                throw e;
            }
        } catch (UnsupportedOperationException | IOException e) {
            Files.move(aside, file); // FAT, some network file systems: refuses an existing name too
        }
    }

    @Override
    public void replace(Path aside, Path file) throws IOException {
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        if (WINDOWS) {
            return; // a directory cannot be opened there; NTFS journals names by itself
        }
        Undisturbed.run(
                () -> {
                    try (FileChannel channel =
                            FileChannel.open(directory, StandardOpenOption.READ)) {
                        channel.force(true);
                    }
                });
    }

    /** A file whose channel is opened again when an interrupt has closed it. */
    static final class RealFile implements DiskFile {
        private final Path file;
        private final boolean writable;
        private volatile FileChannel channel;
        private boolean closed;
        private final ForceAhead ahead = new ForceAhead(this::forceByItself);

        /** Shared by what an interrupt may end; a force is alone with its channel. */
        private final ReadWriteLock using = new ReentrantReadWriteLock();

        RealFile(Path file, boolean writable, FileChannel channel) {
            this.file = file;
            this.writable = writable;
            this.channel = channel;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            int start = into.position();
            run(
                    channel -> {
                        into.position(start);
                        long at = position;
                        int count = 0;
                        while (into.hasRemaining() && count >= 0) {
                            count = channel.read(into, at);
                            at += count;
                        }
                    });
            return into.position() - start;
        }

        @Override
        public long size() throws IOException {
            long[] size = new long[1];
            run(channel -> size[0] = channel.size());
            return size[0];
        }

        @Override
        public void write(ByteBuffer bytes, long position) throws IOException {
            run(
                    channel -> {
                        ByteBuffer rest = bytes.duplicate();
                        long at = position;
                        while (rest.hasRemaining()) {
                            at += channel.write(rest, at);
                        }
                    });
            bytes.position(bytes.limit());
        }

        @Override
        public void cut(long length) throws IOException {
            run(channel -> channel.truncate(length));
        }

        @Override
        public void beginForce() {
            ahead.begin();
        }

        /**
         * By a channel of its own: what ends the file's channel does not end this, and where the
         * system tells every descriptor of an error, the file's one is told as well.
         */
        private void forceByItself() throws IOException {
            FileChannel own;
            try {
                own = RealDisk.reopen(file, true);
            } catch (IOException e) {
                return; // too many open files, or another name: force will do all the work
            }
            try (own) {
                own.force(false);
            } catch (IOException e) {
                throw named(e);
            }
        }

        @Override
        public void force() throws IOException {
            ahead.end();
            // The system tells a descriptor once that rows were lost. So nothing may end a force
            // before its answer is known, and none is tried again.
            using.writeLock().lock();
            try {
                FileChannel used = channel;
                if (!used.isOpen()) {
                    reopen(used); // that failed when an interrupt had closed it
                }
                Undisturbed.run(() -> channel.force(true));
            } catch (ClosedChannelException e) {
                throw e;
            } catch (IOException e) {
                throw named(e);
            } finally {
                using.writeLock().unlock();
            }
        }

        /** What is done with the open channel; repeated from its start after an interrupt. */
        private interface ChannelOperation {
            void run(FileChannel channel) throws IOException;
        }

        private void run(ChannelOperation operation) throws IOException {
            using.readLock().lock();
            try {
                while (!tryRun(operation)) {
                    Thread.onSpinWait();
                }
            } finally {
                using.readLock().unlock();
            }
        }

        private boolean tryRun(ChannelOperation operation) throws IOException {
            return Uninterrupted.call(
                    () -> {
                        FileChannel used = channel;
                        try {
                            operation.run(used);
                            return true;
                        } catch (ClosedByInterruptException e) {
                            reopen(used);
                            throw e;
                        } catch (ClosedChannelException e) {
                            if (reopen(used)) {
                                return false; // another thread's interrupt has closed it
                            }
                            throw e;
                        } catch (IOException e) {
                            throw named(e);
                        }
                    });
        }

        /** {@return the error with the file in it, which the system's words do not name} */
        private IOException named(IOException e) {
            String advice =
                    writable
                            ? "written: %s. Look for a full disk, a quota or a limit on file sizes, and try again"
                            : "read: %s. Look for a directory of that name or a failing disk, and try again";
            return new IOException(
                    file + ": it could not be " + advice.formatted(e.getMessage()), e);
        }

        /** {@return whether there is an open channel in place of one that an interrupt closed} */
        private synchronized boolean reopen(FileChannel used) throws IOException {
            if (channel.equals(used) && !closed) {
                channel = RealDisk.reopen(file, writable);
            }
            return !closed;
        }

        @Override
        public void close() throws IOException {
            try {
                ahead.end(); // nobody shall find it open when it is closed
            } catch (IOException e) {
                // rows that were not forced may be lost
            }
            closeChannel();
        }

        private synchronized void closeChannel() throws IOException {
            closed = true;
            channel.close();
        }
    }
}
