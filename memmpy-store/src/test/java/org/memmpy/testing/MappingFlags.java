// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing;

import org.junit.jupiter.api.Assumptions;
import org.memmpy.os.NativeCalls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How this process has mapped a file, as Linux shows it. */
public final class MappingFlags {
    private static final Path SMAPS = Path.of("/proc/self/smaps");
    private static final String FLAGS = "VmFlags:";

    private MappingFlags() {}

    /** Skips a test where flags are not shown, or nothing can set them. */
    public static void assumeShown() {
        Assumptions.assumeTrue(Files.exists(SMAPS), "no /proc/self/smaps");
        Assumptions.assumeTrue(NativeCalls.isAvailable(), "no native access");
    }

    /**
     * {@return for each mapping of files at and below a path whether it is to be read at random
     * ({@code rr}), from its begin to its end ({@code sr}), or neither ({@code --}); sorted}
     *
     * @param path of the files
     * @throws IOException if they are not shown
     */
    public static List<String> of(Path path) throws IOException {
        String name = path.toRealPath().toString();
        List<String> found = new ArrayList<>();
        boolean mapped = false;
        for (String line : Files.readAllLines(SMAPS)) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                mapped = line.contains(name);
            } else if (mapped && line.startsWith(FLAGS)) {
                List<String> flags = List.of(line.substring(FLAGS.length()).trim().split(" "));
                found.add(flags.contains("rr") ? "rr" : flags.contains("sr") ? "sr" : "--");
            }
        }
        return found.stream().sorted().toList();
    }
}
