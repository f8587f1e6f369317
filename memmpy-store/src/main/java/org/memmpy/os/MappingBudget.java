// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How many mappings windows of this process may have: a quarter of what the system allows a
 * process. A JVM that cannot map any more ends itself.
 */
final class MappingBudget {
    private static final Path LIMIT = Path.of("/proc/sys/vm/max_map_count");

    /** The kernel's default. */
    private static final long USUAL = 65_530;

    private static final MappingBudget PROCESS = new MappingBudget(limit() / 4);

    private final long most;
    private long taken;

    MappingBudget(long most) {
        this.most = most;
    }

    static MappingBudget ofProcess() {
        return PROCESS;
    }

    private static long limit() {
        // in one read: such a file says no more in a second one, and readString begins with a byte
        try (InputStream file = Files.newInputStream(LIMIT)) {
            byte[] digits = new byte[64];
            int count = Math.max(0, file.read(digits));
            return Long.parseLong(new String(digits, 0, count, StandardCharsets.US_ASCII).strip());
        } catch (IOException | NumberFormatException e) {
            return USUAL;
        }
    }

    /**
     * Takes mappings.
     *
     * @throws IllegalStateException if there are not so many left; none is taken then
     */
    synchronized void take(long mappings) {
        if (mappings > most - taken) {
            throw new IllegalStateException(
                    "a window of %,d mappings, but %,d of the %,d that windows of a process may have are in use: a quarter of vm.max_map_count. Choose smaller batches or a smaller prefetch, close batches sooner, or raise that limit"
                            .formatted(mappings, taken, most));
        }
        taken += mappings;
    }

    /** Gives mappings back. */
    synchronized void give(long mappings) {
        taken -= mappings;
    }
}
