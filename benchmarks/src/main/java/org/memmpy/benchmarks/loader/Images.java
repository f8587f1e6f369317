// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import static org.memmpy.batch.Column.column;

import org.memmpy.DType;
import org.memmpy.batch.Column;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Small grey images to train on: noise, and a bright bar whose height on the image is the class.
 */
final class Images {
    static final int SIDE = 28;
    static final int CLASSES = 10;
    static final int BATCH = 64;

    /** What a network is given of an image. */
    static final int ROW_BYTES = SIDE * SIDE * Float.BYTES;

    private static final int BAR_BYTES = 2 * SIDE;
    private static final byte BRIGHT = (byte) 0xf0;

    private Images() {}

    /** {@return the pixels, float32 (1, 28, 28), 0 to 1} */
    static Column pixels() {
        return column("image").as(DType.FLOAT32).scale(1.0 / 255);
    }

    /** {@return the class, a number} */
    static Column classes() {
        return column("class");
    }

    /**
     * Writes a table of two arrays.
     *
     * @param path of the store
     * @param rows how many
     */
    static void write(Path path, int rows) throws IOException {
        SplittableRandom random = new SplittableRandom(42);
        byte[] image = new byte[SIDE * SIDE];
        try (Store store = Store.create(path, StoreOption.NO_FORCE)) {
            MappedArray images = store.array("image", DType.UINT8, 1, SIDE, SIDE);
            MappedArray classes = store.array("class", DType.INT32);
            for (int row = 0; row < rows; row++) {
                int bar = row % CLASSES * BAR_BYTES;
                random.nextBytes(image);
                Arrays.fill(image, bar, bar + BAR_BYTES, BRIGHT);
                images.append(image);
                classes.append(new int[] {row % CLASSES});
            }
            store.commit();
        }
    }
}
