// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a turn has read.
 *
 * @param rows that its contender got
 * @param seconds that it took
 * @param diskBytes that the disk was asked for meanwhile; -1 if the system does not tell
 */
record ColdRead(long rows, double seconds, long diskBytes) {
    private static final Path IO = Path.of("/proc/self/io");

    /** Gets rows for some time. */
    interface Reading {
        /** {@return how many rows} */
        long rows() throws IOException;
    }

    /** {@return what was read on this process's behalf} */
    static ColdRead of(Reading reading) throws IOException {
        long before = readByProcess();
        long start = System.nanoTime();
        long rows = reading.rows();
        double seconds = (System.nanoTime() - start) / 1e9;
        long after = readByProcess();
        return new ColdRead(rows, seconds, before < 0 ? -1 : after - before);
    }

    private static long readByProcess() throws IOException {
        return Files.isReadable(IO)
                ? Files.readAllLines(IO).stream()
                        .filter(line -> line.startsWith("read_bytes: "))
                        .mapToLong(line -> Long.parseLong(line.substring(12)))
                        .findFirst()
                        .orElse(-1)
                : -1;
    }

    double rowsPerSecond() {
        return rows / seconds;
    }

    /** {@return how many bytes the disk was asked for, for each of a row's; NaN if not known} */
    double amplification(int rowBytes) {
        return diskBytes < 0 ? Double.NaN : (double) diskBytes / (rows * rowBytes);
    }
}
