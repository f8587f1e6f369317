// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A file open for positioned reads, by any threads. */
public interface ReadableFile extends Closeable {
    /** Opens an existing file for reading only; whatever interrupts a reader, it stays open. */
    static ReadableFile open(Path file) throws IOException {
        return RealDisk.openForReading(file);
    }

    /**
     * Reads from a position until the buffer is full or the file ends.
     *
     * @return how many bytes
     */
    int read(ByteBuffer into, long position) throws IOException;

    /** {@return the file's length} */
    long size() throws IOException;
}
