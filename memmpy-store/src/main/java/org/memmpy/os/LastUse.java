// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;

/**
 * When a cached file was used last: its modification time, to the day, so that reading hardly ever
 * writes.
 */
public final class LastUse {
    private static final System.Logger LOG = System.getLogger(LastUse.class.getName());
    private static final Duration TOUCHED = Duration.ofDays(1);

    private LastUse() {}

    /** Notes that a file was used now; if that is not possible, it may be swept and made again. */
    public static void touch(Path file) {
        Instant now = Instant.now();
        try {
            if (Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(TOUCHED))) {
                Files.setLastModifiedTime(file, FileTime.from(now));
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, file + " cannot be touched; it may be computed again", e);
        }
    }
}
