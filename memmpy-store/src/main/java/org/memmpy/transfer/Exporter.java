// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.store.MappedArray;

import java.io.IOException;
import java.nio.file.Path;

/** Writes an array as one kind of file. Implementations are stateless. */
public interface Exporter {
    /** {@return what users call the kind of file, for example {@code .npy}} */
    String format();

    /**
     * {@return whether this exporter writes files of such a name}
     *
     * @param target a file that need not exist
     */
    boolean accepts(Path target);

    /**
     * Writes the committed rows of an array.
     *
     * @param array the array
     * @param target a file that does not exist yet
     * @throws java.nio.file.FileAlreadyExistsException if it exists; nothing is overwritten
     * @throws IOException if it cannot be written; what was written of it is removed
     */
    void write(MappedArray array, Path target) throws IOException;
}
