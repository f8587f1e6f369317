// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether there is room on the disk and in memory, asked before it is filled. */
final class Room {
    private Room() {}

    /**
     * Says on the screen what is missing, if something is.
     *
     * @param consequence what will not be done then
     * @param path what is to be written; its parent is there
     * @param disk bytes to be written
     * @param memory bytes that will be needed at once; 0 for hardly any
     */
    static boolean isShort(Screen screen, String consequence, Path path, long disk, long memory)
            throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        long freeDisk = Files.getFileStore(parent).getUsableSpace();
        if (freeDisk < disk + disk / 20) {
            screen.line(
                    "Short of disk space, so %s: %s has %.1f GiB free, and %.1f are needed.",
                    consequence, parent, gib(freeDisk), gib(disk + disk / 20));
            return true;
        }
        long freeMemory = Memory.available();
        if (freeMemory < memory) {
            screen.line(
                    "Short of memory, so %s: %.1f GiB are available, and %.1f are needed.",
                    consequence, gib(freeMemory), gib(memory));
            return true;
        }
        return false;
    }

    static double gib(long bytes) {
        return bytes / (double) (1L << 30);
    }
}
