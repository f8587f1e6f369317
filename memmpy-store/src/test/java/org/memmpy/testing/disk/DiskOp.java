// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing.disk;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/** One change of a file system. Paths are relative to the {@link JournalDisk}'s directory. */
public sealed interface DiskOp {
    /** A directory appears. */
    record MakeDirectory(Path path) implements DiskOp {}

    /** A file appears, empty; {@code inode} is the file whatever its names are. */
    record Create(int inode, Path path) implements DiskOp {}

    /** Bytes are written; nobody changes the buffer. */
    record Write(int inode, Path path, long position, ByteBuffer bytes) implements DiskOp {
        long end() {
            return position + bytes.remaining();
        }

        @Override
        public String toString() {
            return "Write[%s, %d + %d]".formatted(path, position, bytes.remaining());
        }
    }

    /** A file's bytes and length become durable, not its names. */
    record Force(int inode, Path path) implements DiskOp {}

    /** A file gets a second name. */
    record Link(int inode, Path aside, Path path) implements DiskOp {}

    /** A file gets another name, from which the file that had it goes. */
    record Rename(int inode, Path aside, Path path) implements DiskOp {}

    /** A name goes. */
    record Delete(Path path) implements DiskOp {}

    /** The names in a directory become durable. */
    record ForceDirectory(Path path) implements DiskOp {}

    /** Nothing changes; the caller of the store was told something. */
    record Mark(Object note) implements DiskOp {}
}
