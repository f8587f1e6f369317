// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import com.sun.management.OperatingSystemMXBean;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What this process takes, at its peak: heap; resident memory of its own, which the system would
 * have to swap ({@code RssAnon}: the heap again, off-heap slots, the engine's arrays); and resident
 * pages of files, which the system may drop at any time ({@code RssFile}: mapped stores).
 *
 * <p>The resident ones are Linux's; elsewhere they stay unknown. Sampled: a peak between two calls
 * is missed.
 */
final class Memory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private long heap;
    private long anonymous = -1;
    private long ofFiles = -1;

    /** Looks. Costs some ten microseconds. */
    void sample() throws IOException {
        Runtime runtime = Runtime.getRuntime();
        heap = Math.max(heap, runtime.totalMemory() - runtime.freeMemory());
        anonymous = Math.max(anonymous, kibibytes(STATUS, "RssAnon:").orElse(-1));
        ofFiles = Math.max(ofFiles, kibibytes(STATUS, "RssFile:").orElse(-1));
    }

    /** {@return the most heap seen in use, bytes} */
    long heap() {
        return heap;
    }

    /** {@return the most anonymous resident memory seen, bytes, if the system says} */
    OptionalLong anonymous() {
        return anonymous < 0 ? OptionalLong.empty() : OptionalLong.of(anonymous);
    }

    /** {@return the most file-backed resident memory seen, bytes, if the system says} */
    OptionalLong ofFiles() {
        return ofFiles < 0 ? OptionalLong.empty() : OptionalLong.of(ofFiles);
    }

    /**
     * {@return the bytes that can be taken without swapping, on the machine or in the container}
     */
    static long available() throws IOException {
        OperatingSystemMXBean system =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long free = system.getFreeMemorySize();
        OptionalLong withCaches = kibibytes(Path.of("/proc/meminfo"), "MemAvailable:");
        return withCaches.isEmpty()
                ? free
                : Math.min(system.getTotalMemorySize(), withCaches.getAsLong());
    }

    /** {@return a line's value in bytes} */
    private static OptionalLong kibibytes(Path file, String key) throws IOException {
        if (!Files.isReadable(file)) {
            return OptionalLong.empty();
        }
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst();
    }
}
