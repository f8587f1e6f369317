// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.format.NpyHeader;
import org.memmpy.format.ZipStoredWriter;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RowLease;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes arrays into one {@code .npz} file, as {@code numpy.savez} does: uncompressed, so that it
 * can be mapped in place.
 */
public final class NpzExporter implements Exporter {
    /** For {@link java.util.ServiceLoader}. */
    public NpzExporter() {}

    @Override
    public String format() {
        return ".npz";
    }

    @Override
    public boolean accepts(Path target) {
        return NpyImporter.lowerName(target).endsWith(".npz");
    }

    /** Under the last name of the array's path. */
    @Override
    public void write(MappedArray array, Path target) throws IOException {
        String path = array.path();
        write(Map.of(path.substring(path.lastIndexOf('/') + 1), array), target);
    }

    @Override
    public void write(Map<String, MappedArray> arrays, Path target) throws IOException {
        Map<String, MappedArray> ordered = new LinkedHashMap<>(arrays);
        NewFile.write(
                target,
                out -> {
                    ZipStoredWriter zip = new ZipStoredWriter(out);
                    RowPieces pieces = new RowPieces();
                    for (Map.Entry<String, MappedArray> array : ordered.entrySet()) {
                        write(array.getKey(), array.getValue(), pieces, zip);
                    }
                    zip.finish();
                });
    }

    private static void write(String name, MappedArray array, RowPieces pieces, ZipStoredWriter zip)
            throws IOException {
        try (RowLease lease = array.lease()) {
            long rows = lease.firstRow(lease.parts());
            zip.begin(name + ".npy", NpyHeader.BYTES + rows * array.rowType().bytes());
            zip.write(ByteBuffer.wrap(NpyHeader.encode(array.rowType(), rows)));
            pieces.copy("array '" + array.path() + "'", lease, zip::write);
            zip.end();
        }
    }
}
