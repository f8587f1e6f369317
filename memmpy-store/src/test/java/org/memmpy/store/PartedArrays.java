// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RowType;
import org.memmpy.format.Manifest;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.UUID;

/** Makes arrays of several files, as other processes that write parts leave them. */
public final class PartedArrays {
    private PartedArrays() {}

    /**
     * Adds rows to an array, in equally large parts; creates it if it is missing. Not committed.
     *
     * @param store open for writing
     * @param array its path
     * @param type its rows
     * @param rows all of them, one behind the other
     * @param parts how many; the last one is larger if they do not divide evenly
     * @throws IOException if a file cannot be written
     */
    public static void append(
            Store store, String array, RowType type, MemorySegment rows, int parts)
            throws IOException {
        store.array(array, type.dtype(), type.shape());
        long count = rows.byteSize() / type.bytes();
        long each = count / parts;
        for (int part = 0; part < parts; part++) {
            long from = part * each;
            long to = part == parts - 1 ? count : from + each;
            appendPart(
                    store,
                    array,
                    type,
                    rows.asSlice(from * type.bytes(), (to - from) * type.bytes()));
        }
    }

    /**
     * Adds one part. Not committed.
     *
     * @param store open for writing
     * @param array its path
     * @param type its rows
     * @param rows at least one
     * @throws IOException if a file cannot be written
     */
    public static void appendPart(Store store, String array, RowType type, MemorySegment rows)
            throws IOException {
        String name = PartStores.DIRECTORY + "/" + UUID.randomUUID();
        Manifest.Part written;
        try (Store other = Store.create(store.path().resolve(name), StoreOption.NO_FORCE)) {
            MappedArray x = other.array("x", type.dtype(), type.shape());
            x.append(rows);
            other.commit();
            written = x.committed().node().parts().getFirst();
        }
        store.requireWriter()
                .link(
                        array,
                        new Manifest.Part(
                                name + "/" + written.file(), written.rows(), written.tail()));
    }
}
