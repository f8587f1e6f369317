// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A file open to be mapped into a {@link PageWindow}. Any threads may use it at once, and any may
 * close it: that waits for those that map, and who maps later gets an exception.
 */
public final class PageFile implements AutoCloseable {
    private final Path path;
    private final int descriptor;
    private final boolean tellsWhatIsCached;

    /**
     * Whoever passes the descriptor on has it for reading: once closed, it may be another file's.
     */
    private final ReadWriteLock using = new ReentrantReadWriteLock();

    private boolean closed;

    private PageFile(Path path, int descriptor) {
        this.path = path;
        this.descriptor = descriptor;
        this.tellsWhatIsCached = Files.isWritable(path);
        OpenResources.opened(this, "page file");
    }

    /** {@return whether this system has windows, and this JVM may ask for them} */
    public static boolean isSupported() {
        return NativeCalls.hasWindows();
    }

    /** Opens a file for reading. */
    public static PageFile open(Path path) throws IOException {
        int descriptor = NativeCalls.open(path);
        if (descriptor < 0) {
            throw new IOException(path + ": cannot be opened");
        }
        return new PageFile(path, descriptor);
    }

    /**
     * {@return whether {@code mincore} can be believed: of files that the process may not write it
     * says that all is there}
     */
    boolean tellsWhatIsCached() {
        return tellsWhatIsCached;
    }

    /**
     * Maps a part of it into address space that was reserved and stays so meanwhile.
     *
     * @throws EOFException if it is shorter
     * @throws IOException if the system refuses
     * @throws IllegalStateException if it was closed
     */
    void mapInto(long address, long length, long offset) throws IOException {
        using.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException(path + " was closed");
            }
            long size = size();
            if (size < offset + length) {
                throw new EOFException(
                        "%s: it has %,d bytes, and those up to %,d are needed"
                                .formatted(path, size, offset + length));
            }
            if (!NativeCalls.mapInto(address, length, descriptor, offset)) {
                throw new IOException(
                        "%s: the system refuses to map %,d bytes at %,d"
                                .formatted(path, length, offset));
            }
        } finally {
            using.readLock().unlock();
        }
    }

    private long size() throws IOException {
        long size = NativeCalls.size(descriptor);
        if (size < 0) {
            throw new IOException(path + ": its length cannot be told");
        }
        return size;
    }

    /** Closes the file. Closing twice is harmless. */
    @Override
    public void close() {
        using.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                NativeCalls.close(descriptor);
                OpenResources.closed(this);
            }
        } finally {
            using.writeLock().unlock();
        }
    }

    /** {@return the path} */
    @Override
    public String toString() {
        return path.toString();
    }
}
