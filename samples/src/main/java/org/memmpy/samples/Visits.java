// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import org.memmpy.index.RowIndex;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Table;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A digest of the rows that an engine was given, in their order: two epochs that differ in a row, a
 * pixel, a label or the order are told apart, however the rows were cut into batches.
 */
final class Visits {
    private final CRC32C pixels = new CRC32C();
    private final CRC32C labels = new CRC32C();
    private final ByteBuffer label = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    private long rows;

    /**
     * Adds a batch.
     *
     * @param images float32, as they lie in the engine's memory
     * @param classes one a row
     */
    void add(ByteBuffer images, long... classes) {
        pixels.update(images);
        for (long c : classes) {
            labels.update(label.clear().putLong(c).flip());
        }
        rows += classes.length;
    }

    /**
     * Says what an engine must have been given: reads the rows one by one, without a loader.
     *
     * @param table of images and labels
     * @param order the rows of an epoch
     * @return the digest
     */
    static Visits expected(Table table, RowIndex order) {
        MappedArray images = table.array("image");
        MappedArray labels = table.array("label");
        byte[] image = new byte[(int) images.rowType().bytes()];
        ByteBuffer scaled =
                ByteBuffer.allocate(image.length * Float.BYTES).order(ByteOrder.nativeOrder());
        Visits visits = new Visits();
        for (long position = 0; position < order.size(); position++) {
            long row = order.get(position);
            images.read(row, image);
            scaled.clear();
            for (byte pixel : image) {
                scaled.putFloat((pixel & 0xff) * (float) (1.0 / 255));
            }
            visits.add(scaled.flip(), labels.getLong(row));
        }
        return visits;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Visits that && toString().equals(that.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    /** {@return for example {@code 8,000 rows, CRC-32C 1a2b3c4d 5e6f7081}} */
    @Override
    public String toString() {
        return "%,d rows, CRC-32C %08x %08x".formatted(rows, pixels.getValue(), labels.getValue());
    }
}
