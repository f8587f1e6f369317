// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.RowType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Reads the arrays of one kind of file. Implementations are stateless. */
public interface Importer {
    /** {@return what users call the kind of file, for example {@code .npz}} */
    String format();

    /**
     * {@return whether this importer reads a file, judged by its name and at most its first bytes}
     *
     * @param source an existing file
     * @throws IOException if it cannot be read
     */
    boolean accepts(Path source) throws IOException;

    /**
     * Reads a file's arrays one after the other.
     *
     * @param source a file that this importer accepts
     * @param target where the arrays go
     * @throws IOException if a file cannot be read or written
     * @throws org.memmpy.CorruptStoreException if the file is damaged
     * @throws org.memmpy.UnsupportedFormatException if it holds what a store cannot
     */
    void read(Path source, Target target) throws IOException;

    /** Takes arrays. */
    interface Target {
        /**
         * Starts the next array.
         *
         * @param name what the source calls it; a path of names joined by {@code /}
         * @param type its rows
         * @param rows how many will come, for a progress bar
         * @return what takes the rows
         * @throws IOException if the array cannot be created
         */
        RowSink array(String name, RowType type, long rows) throws IOException;
    }

    /** Takes the rows of one array. */
    @FunctionalInterface
    interface RowSink {
        /**
         * Takes some rows.
         *
         * @param rows whole rows, little endian, C order; only valid during the call
         * @throws IOException if they cannot be written
         */
        void append(MemorySegment rows) throws IOException;
    }
}
