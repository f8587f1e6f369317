// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.UnsupportedFormatException;
import org.memmpy.store.MappedArray;
import org.memmpy.store.MaskedArray;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Writes arrays as one kind of file. Implementations are stateless. */
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

    /**
     * Writes the committed rows of several arrays, of one generation if their store shows no other
     * meanwhile.
     *
     * @param arrays by their names in the file, which may have groups: {@code keys/values}
     * @param target a file that does not exist yet
     * @throws UnsupportedFormatException if such a file holds one array only
     * @throws java.nio.file.FileAlreadyExistsException if it exists; nothing is overwritten
     * @throws IOException if it cannot be written; what was written of it is removed
     */
    default void write(Map<String, MappedArray> arrays, Path target) throws IOException {
        throw new UnsupportedFormatException(
                "%s: a file of %s holds one array, not %s. An .npz file holds several"
                        .formatted(target, format(), String.join(", ", arrays.keySet())));
    }

    /**
     * Writes the committed rows of a masked array as those of one array.
     *
     * @param array the array
     * @param fill in the place of masked elements, cast as {@code astype} does
     * @param target a file that does not exist yet
     * @throws UnsupportedFormatException if this exporter cannot; it writes values and mask then
     * @throws java.nio.file.FileAlreadyExistsException if it exists; nothing is overwritten
     * @throws IOException if it cannot be written; what was written of it is removed
     */
    default void write(MaskedArray array, Number fill, Path target) throws IOException {
        throw new UnsupportedFormatException(
                "%s: masked elements are not filled in a file of %s. An .npy file takes them filled"
                        .formatted(target, format()));
    }
}
