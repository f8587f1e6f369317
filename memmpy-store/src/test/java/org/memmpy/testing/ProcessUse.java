// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing;

import org.memmpy.os.OpenResources;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What this process holds of the system, on Linux. Of a JVM whose heap has a fixed size and was
 * touched before, anonymous memory grows by leaks only, and by compiled code and classes.
 *
 * @param anonymous memory that is no file's
 * @param heap bytes of objects that are reachable
 * @param direct bytes of direct buffers
 * @param mappings how many
 * @param files how many are open
 * @param threads how many run
 * @param open what of this library was not closed
 */
public record ProcessUse(
        long anonymous, long heap, long direct, long mappings, long files, long threads, int open) {
    /** What is closed when it is unreachable may hold what is closed so itself. */
    private static final int COLLECTIONS = 4;

    /**
     * {@return what is held now, after collections}
     *
     * @throws IOException if the system does not say
     */
    public static ProcessUse now() throws IOException {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        long anonymous = 0;
        long threads = 0;
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("RssAnon:")) {
                anonymous = Long.parseLong(line.replaceAll("\\D", "")) << 10;
            } else if (line.startsWith("Threads:")) {
                threads = Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        long direct =
                ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .filter(pool -> pool.getName().equals("direct"))
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum();
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"));
                Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return new ProcessUse(
                    anonymous,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                    direct,
                    maps.count(),
                    files.count(),
                    threads,
                    OpenResources.stillOpen().size());
        }
    }

    /**
     * Checks what is held later, but for memory.
     *
     * @param later after everything was closed that was opened since
     * @throws AssertionError if it is more
     */
    public void requireNoMore(ProcessUse later) {
        require(later.mappings - mappings <= 200, "mappings");
        require(later.files - files <= 8, "files");
        require(later.threads - threads <= 8, "threads"); // the JVM's own come and go
        require(later.open <= open, "resources: " + OpenResources.stillOpen());
    }

    /**
     * Fails, unless.
     *
     * @param holds whether all is well
     * @param what is held
     * @throws AssertionError if not
     */
    public static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("leaks " + what);
        }
    }
}
