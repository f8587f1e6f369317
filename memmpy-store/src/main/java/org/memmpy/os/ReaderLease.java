// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Says to every process that a generation of a store is being read, until it is closed or its
 * process ends. Made by {@link ReaderLeases#acquire}. Safe from any thread.
 */
public final class ReaderLease implements AutoCloseable {
    private final long generation;
    private final Path file;
    private final FileChannel channel;
    private boolean closed;

    ReaderLease(long generation, Path file, FileChannel channel) {
        this.generation = generation;
        this.file = file;
        this.channel = channel;
        OpenResources.opened(this, "reader lease");
    }

    /** {@return the generation that is read} */
    public long generation() {
        return generation;
    }

    Path file() {
        return file;
    }

    /**
     * Gives the lease back and removes its file. Closing twice is harmless. Never fails: a file
     * that cannot be removed is that of a dead reader.
     */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            OpenResources.closed(this);
            ReaderLeases.release(file, channel);
        }
    }
}
