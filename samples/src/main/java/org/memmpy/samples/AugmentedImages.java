// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import org.memmpy.DType;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;
import org.memmpy.store.Table;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Any number of images made from few: each is shifted by up to two pixels, mirrored or not, and
 * noisy. Copies of an image stand together, in the order of the originals.
 */
final class AugmentedImages {
    static final long ROW_BYTES = 28 * 28 * Float.BYTES;

    private static final int SIDE = 28;
    private static final int SHIFT = 2;
    private static final float NOISE = 0.1f;

    /** Rows handed to the store at once: 1.5 MiB. */
    private static final int BLOCK = 512;

    private final byte[] pixels;
    private final byte[] labels;

    private AugmentedImages(byte[] pixels, byte[] labels) {
        this.pixels = pixels;
        this.labels = labels;
    }

    /** Reads the originals, by way of a store of their own. */
    static AugmentedImages of(FashionImages images) throws IOException {
        Path path = Workplace.stores().resolve("originals.memmpy");
        Workplace.deleteStore(path);
        images.importInto(path);
        try (Store store = Store.open(path)) {
            Table table = store.table();
            byte[] pixels = new byte[Math.toIntExact(table.rows() * SIDE * SIDE)];
            byte[] labels = new byte[Math.toIntExact(table.rows())];
            table.array("image").read(0, pixels);
            table.array("label").read(0, labels);
            return new AugmentedImages(pixels, labels);
        } finally {
            Workplace.deleteStore(path);
        }
    }

    /**
     * Writes a store of two arrays, {@code image} (float32, 0 to 1) and {@code label}.
     *
     * @param path a directory that does not exist
     * @param rows how many
     * @param progress is told of the rows
     */
    void writeTo(Path path, long rows, Screen.Progress progress) throws IOException {
        SplittableRandom random = new SplittableRandom(Classifier.SEED);
        try (Arena arena = Arena.ofConfined();
                Store store = Store.create(path)) {
            MappedArray image = store.array("image", DType.FLOAT32, SIDE, SIDE);
            MappedArray label = store.array("label", DType.UINT8);
            MemorySegment block = arena.allocate(BLOCK * ROW_BYTES, Float.BYTES);
            byte[] one = new byte[1];
            for (long row = 0; row < rows; row += BLOCK) {
                int count = (int) Math.min(BLOCK, rows - row);
                for (int i = 0; i < count; i++) {
                    int original = (int) ((row + i) * labels.length / rows);
                    augment(original, random, block.asSlice(i * ROW_BYTES, ROW_BYTES));
                    one[0] = labels[original];
                    label.append(one);
                }
                image.append(block.asSlice(0, count * ROW_BYTES)); // off-heap: written as it lies
                progress.step(count);
            }
            store.commit();
        }
    }

    private void augment(int original, SplittableRandom random, MemorySegment into) {
        int down = random.nextInt(-SHIFT, SHIFT + 1);
        int right = random.nextInt(-SHIFT, SHIFT + 1);
        boolean mirrored = random.nextBoolean();
        long bits = 0;
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                if (x % Long.BYTES == 0) {
                    bits = random.nextLong(); // a byte of it a pixel
                }
                float noise = NOISE * (bits & 0xff) / 255;
                bits >>>= Byte.SIZE;
                int fromX = (mirrored ? SIDE - 1 - x : x) - right;
                float pixel = pixel(original, y - down, fromX);
                into.setAtIndex(
                        ValueLayout.JAVA_FLOAT, (long) y * SIDE + x, Math.min(1, pixel + noise));
            }
        }
    }

    private float pixel(int original, int y, int x) {
        boolean inside = 0 <= y && y < SIDE && 0 <= x && x < SIDE;
        return inside ? (pixels[(original * SIDE + y) * SIDE + x] & 0xff) / 255f : 0;
    }
}
