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
import java.util.function.Predicate;

/** How this process has mapped files and memory, as Linux shows it. */
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
        return flags(mapping -> mapping.contains(name)).stream()
                .map(flags -> flags.contains("rr") ? "rr" : flags.contains("sr") ? "sr" : "--")
                .sorted()
                .toList();
    }

    /**
     * {@return the flags of the mapping that an address lies in, such as {@code hg} for huge pages;
     * none if it lies in none}
     *
     * @throws IOException if they are not shown
     */
    public static List<String> at(long address) throws IOException {
        return flags(mapping -> isIn(address, mapping)).stream().findFirst().orElse(List.of());
    }

    private static boolean isIn(long address, String mapping) {
        String[] range = mapping.split("[- ]", 3);
        return Long.compareUnsigned(address, Long.parseUnsignedLong(range[0], 16)) >= 0
                && Long.compareUnsigned(address, Long.parseUnsignedLong(range[1], 16)) < 0;
    }

    private static List<List<String>> flags(Predicate<String> wanted) throws IOException {
        List<List<String>> found = new ArrayList<>();
        boolean isWanted = false;
        for (String line : Files.readAllLines(SMAPS)) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                isWanted = wanted.test(line);
            } else if (isWanted && line.startsWith(FLAGS)) {
                found.add(List.of(line.substring(FLAGS.length()).trim().split(" ")));
            }
        }
        return found;
    }
}
