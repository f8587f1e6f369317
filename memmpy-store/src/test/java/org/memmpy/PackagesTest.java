// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The arrows between packages, of which docs/ARCHITECTURE.md tells. */
class PackagesTest {
    /** {@return the packages that each package uses, by the classes that its classes name} */
    private static Map<String, Set<String>> arrows() throws IOException, URISyntaxException {
        Path root =
                Path.of(DType.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<Path> classes;
        try (Stream<Path> files = Files.walk(root.resolve("org/memmpy"))) {
            classes = files.filter(file -> file.toString().endsWith(".class")).toList();
        }
        Map<String, Set<String>> arrows = new TreeMap<>();
        for (Path file : classes) {
            String from = packageOf(root.relativize(file).toString().replace('\\', '/'));
            Set<String> used = arrows.computeIfAbsent(from, each -> new TreeSet<>());
            for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
                if (entry instanceof ClassEntry named) {
                    String name = named.asInternalName();
                    String to = name.startsWith("org/memmpy/") ? packageOf(name) : from;
                    if (!to.equals(from)) {
                        used.add(to);
                    }
                }
            }
        }
        return arrows;
    }

    private static String packageOf(String path) {
        return path.substring(0, path.lastIndexOf('/')).replace('/', '.');
    }

    @Test
    void noneUsesAPackageThatUsesIt() throws IOException, URISyntaxException {
        Map<String, Set<String>> arrows = arrows();
        assertTrue(arrows.get("org.memmpy.batch").contains("org.memmpy.batch.column"));
        boolean some = true;
        while (some) { // those that use none that is left are below all others
            Set<String> left = Set.copyOf(arrows.keySet());
            some = arrows.values().removeIf(used -> used.stream().noneMatch(left::contains));
        }
        assertEquals(Map.of(), arrows, "packages in a cycle, or above one");
    }
}
