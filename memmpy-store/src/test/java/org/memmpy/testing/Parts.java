// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing;

import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.format.NpyHeader;
import org.memmpy.os.Disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gives arrays several parts, as other processes do that bring rows. */
public final class Parts {
    private Parts() {}

    /**
     * Adds a file of rows behind those of an array, in a generation of its own.
     *
     * @param store a store that nobody writes to
     * @param path the array
     * @param rows whole rows, without checksums
     * @throws IOException if it cannot be written
     */
    public static void add(Path store, String path, byte[] rows) throws IOException {
        Generations generations = new Generations(store);
        Manifest newest = generations.readNewest();
        Manifest.Array array = newest.arrays().get(path);
        long count = rows.length / array.type().bytes();
        String file = "%s~%d.npy".formatted(path, newest.generation() + 1);
        try (Disk.DiskFile out = Disk.REAL.create(store.resolve(file))) {
            out.write(ByteBuffer.wrap(NpyHeader.encode(array.type(), count)), 0);
            out.write(ByteBuffer.wrap(rows), NpyHeader.BYTES);
        }
        List<Manifest.Part> parts = new ArrayList<>(array.parts());
        parts.add(new Manifest.Part(file, count, Manifest.Part.UNCHECKED));
        Map<String, Manifest.Array> arrays = new LinkedHashMap<>(newest.arrays());
        arrays.put(path, new Manifest.Array(array.type(), parts, array.attributes()));
        generations.publish(
                new Manifest(
                        newest.uuid(),
                        newest.generation() + 1,
                        newest.groups(),
                        arrays,
                        newest.values(),
                        newest.retired()),
                Disk.REAL,
                () -> {});
    }
}
