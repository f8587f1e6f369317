// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Made-up movements of a hand, short ones and long ones: circles to the left, circles to the right,
 * and back and forth. No single step tells which, only their order does. The same on every machine.
 */
final class Gestures {
    /** What a movement can be. */
    static final int KINDS = 3;

    /** The numbers of a step: where the hand is, and how strong its trembling. */
    static final int NUMBERS = 3;

    private static final int SHORTEST = 8;
    private static final double MEDIAN = 20;
    private static final int LONGEST = 100;

    private Gestures() {}

    /**
     * Writes a store of {@code steps} (jagged: any number of 3 float32 a row) and {@code kind}.
     *
     * @param path a directory that does not exist
     * @param rows how many
     */
    static void write(Path path, int rows) throws IOException {
        SplittableRandom random = new SplittableRandom(42);
        try (Store store = Store.create(path)) {
            RaggedArray steps = store.ragged("steps", RaggedType.of(DType.FLOAT32, NUMBERS));
            MappedArray kinds = store.array("kind", DType.UINT8);
            for (int row = 0; row < rows; row++) {
                int kind = random.nextInt(KINDS);
                double length = MEDIAN * Math.exp(0.6 * random.nextGaussian());
                steps.append(gesture(kind, Math.clamp((long) length, SHORTEST, LONGEST), random));
                kinds.append(new byte[] {(byte) kind});
            }
            store.commit();
        }
    }

    private static float[] gesture(int kind, int length, SplittableRandom random) {
        float[] steps = new float[length * NUMBERS];
        double speed = random.nextDouble(0.4, 0.8);
        double angle = random.nextDouble(2 * Math.PI);
        for (int step = 0; step < length; step++) {
            boolean isLeft = kind == 0 || (kind == 2 && step / 3 % 2 == 0);
            angle += isLeft ? speed : -speed;
            steps[NUMBERS * step] = (float) (Math.cos(angle) + 0.1 * random.nextGaussian());
            steps[NUMBERS * step + 1] = (float) (Math.sin(angle) + 0.1 * random.nextGaussian());
            steps[NUMBERS * step + 2] = (float) random.nextDouble();
        }
        return steps;
    }
}
