// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Everything by which a store changes the file system. */
public interface Disk {
    /** The real one. */
    Disk REAL = new RealDisk();

    /**
     * The real one, except that nothing waits for it: what is forced may be lost with the power.
     */
    Disk UNFORCED = new UnforcedDisk();

    /**
     * Creates a file and opens it for writing.
     *
     * @throws java.nio.file.FileAlreadyExistsException if something of that name exists
     */
    DiskFile create(Path file) throws IOException;

    /** Opens an existing file for writing, without changing it. */
    DiskFile open(Path file) throws IOException;

    /** Creates a directory and those above it, where they are missing. */
    void createDirectories(Path directory) throws IOException;

    /**
     * Gives a complete, forced file its final name; it may keep the other one too.
     *
     * @throws java.nio.file.FileAlreadyExistsException if the final name exists: nothing is ever
     *     replaced
     */
    void publish(Path aside, Path file) throws IOException;

    /**
     * Gives a complete, forced file its final name, in the place of the file that may have it, in
     * one step.
     */
    void replace(Path aside, Path file) throws IOException;

    /** Removes a file if it exists. */
    void delete(Path file) throws IOException;

    /** Makes the names in a directory durable, where the system can. */
    void forceDirectory(Path directory) throws IOException;

    /** A file open for positioned writes, and for reading back what was written. */
    interface DiskFile extends ReadableFile {
        /** Writes all remaining bytes at a position; a file grows as needed. */
        void write(ByteBuffer bytes, long position) throws IOException;

        /**
         * Begins to make the written bytes durable and returns, so that {@link #force} has less to
         * do. Only a hint; if it fails, {@link #force} says so.
         */
        default void beginForce() {}

        /** Cuts what is behind a length, which gives its space back; or leaves it there. */
        default void cut(long length) throws IOException {}

        /** Makes the written bytes and the length durable. */
        void force() throws IOException;
    }
}
