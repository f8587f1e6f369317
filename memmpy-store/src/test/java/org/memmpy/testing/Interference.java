// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What others do to a program at the wrong moment. */
public final class Interference {
    private static final int MOST_SPINS = 100_000;
    private static final long BYTES_LEFT = 8192;

    private Interference() {}

    /**
     * Does something on another thread, now or a little later.
     *
     * @param random says when
     * @param action what
     * @return the thread, which runs
     */
    public static Thread after(Random random, Runnable action) {
        int spins = random.nextInt(MOST_SPINS);
        return Thread.ofPlatform()
                .start(
                        () -> {
                            for (int i = 0; i < spins; i++) {
                                Thread.onSpinWait();
                            }
                            action.run();
                        });
    }

    /**
     * Cuts the files of an array after their second page, wherever in a store they are.
     *
     * @param store a directory
     * @param file the files' name
     */
    public static void cut(Path store, String file) {
        try (Stream<Path> all = Files.walk(store)) {
            List<Path> files = all.filter(each -> each.endsWith(file)).toList();
            for (Path each : files) {
                try (RandomAccessFile open = new RandomAccessFile(each.toFile(), "rw")) {
                    open.setLength(BYTES_LEFT);
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
