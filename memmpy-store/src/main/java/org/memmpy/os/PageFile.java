// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file open to be mapped into a {@link PageWindow}. Any threads may use it until it is closed.
 */
public final class PageFile implements AutoCloseable {
    private final Path path;
    private final int descriptor;
    private boolean closed;

    private PageFile(Path path, int descriptor) {
        this.path = path;
        this.descriptor = descriptor;
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

    /** {@return how long it is now} */
    long size() throws IOException {
        long size = NativeCalls.size(descriptor);
        if (size < 0) {
            throw new IOException(path + ": its length cannot be told");
        }
        return size;
    }

    int descriptor() {
        return descriptor;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            NativeCalls.close(descriptor);
            OpenResources.closed(this);
        }
    }

    /** {@return the path} */
    @Override
    public String toString() {
        return path.toString();
    }
}
