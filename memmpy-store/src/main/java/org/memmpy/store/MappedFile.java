// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.kernel.Faults;
import org.memmpy.os.ReadableFile;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Reads mapped bytes as a file. What is read is a copy: unlike the mapping, it can be handed to
 * native code when somebody cuts the file.
 *
 * @param file what is mapped, for messages
 * @param bytes the mapping; closing this leaves it
 */
record MappedFile(Path file, MemorySegment bytes) implements ReadableFile {
    @Override
    public int read(ByteBuffer into, long position) {
        long length = Math.min(into.remaining(), bytes.byteSize() - position);
        if (length <= 0) {
            return 0;
        }
        try {
            MemorySegment.copy(bytes, position, MemorySegment.ofBuffer(into), 0, length);
            Faults.settle();
        } catch (InternalError e) {
            throw new CorruptStoreException(
                    file
                            + ": reading mapped memory failed. The file was cut while it was open, or"
                            + " the disk fails; restore it from a copy",
                    e);
        }
        into.position(into.position() + (int) length);
        return (int) length;
    }

    @Override
    public long size() {
        return bytes.byteSize();
    }

    @Override
    public void close() {
        // the mapping is somebody else's
    }
}
