// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.testing.ChildJvm;
import org.memmpy.testing.MappingFlags;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** What the system is told of a mapping belongs to that mapping alone. */
class AccessTest {
    private static final int ROWS = 5000;

    @TempDir private Path directory;

    private Path create(int add) throws IOException {
        Path path = directory.resolve("test" + add + ".memmpy");
        try (Store store = Store.create(path)) {
            int[] values = new int[ROWS];
            for (int i = 0; i < ROWS; i++) {
                values[i] = i + add;
            }
            store.array("x", DType.INT32).append(values);
            store.commit();
        }
        return path;
    }

    private static void check(int add, RowLease... leases) {
        for (RowLease lease : leases) {
            for (int row : new int[] {0, 1234, ROWS - 1}) {
                assertEquals(row + add, lease.segment().get(ValueLayout.JAVA_INT, 4L * row));
            }
        }
    }

    @Test
    void eachPatternHasItsMapping() throws IOException {
        MappingFlags.assumeShown();
        Path path = create(0);
        try (Store store = Store.open(path)) {
            MappedArray array = store.array("x");
            assertEquals(List.of(), MappingFlags.of(path));
            try (RowLease random = array.lease(Access.RANDOM)) {
                assertEquals(List.of("rr"), MappingFlags.of(path));
                for (int again = 0; again < 3; again++) {
                    try (RowLease sequential = array.lease(Access.SEQUENTIAL);
                            RowLease normal = array.lease()) {
                        check(0, random, sequential, normal);
                        assertEquals(List.of("--", "rr", "sr"), MappingFlags.of(path));
                    }
                }
            }
            assertEquals(List.of("--", "rr", "sr"), MappingFlags.of(path));
        }
        assertEquals(List.of(), MappingFlags.of(path));
    }

    @Test
    void leasesKeepTheirMappings() throws IOException {
        Path path = create(0);
        RowLease random;
        RowLease sequential;
        try (Store store = Store.open(path)) {
            random = store.array("x").lease(Access.RANDOM);
            sequential = store.array("x").lease(Access.SEQUENTIAL);
        }
        random.close();
        check(0, sequential);
        sequential.close();
    }

    @Test
    void packsAreMappedAgain() throws IOException {
        MappingFlags.assumeShown();
        Path pack = pack(create(0));
        try (Store store = Store.open(pack);
                RowLease random = store.array("x").lease(Access.RANDOM);
                RowLease sequential = store.array("x").lease(Access.SEQUENTIAL);
                RowLease normal = store.array("x").lease()) {
            check(0, random, sequential, normal);
            assertEquals(List.of("--", "rr", "sr"), MappingFlags.of(pack));
        }
        assertEquals(List.of(), MappingFlags.of(pack));
    }

    /** The old file is still mapped as it was, and nothing else must get its advice or its name. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void packsThatAreNotThereAnyMoreAreReadOn(boolean replaced) throws IOException {
        Path pack = pack(create(0));
        Path other = pack(create(7));
        try (Store store = Store.open(pack)) {
            if (replaced) {
                Files.move(other, pack, StandardCopyOption.REPLACE_EXISTING);
            } else {
                Files.delete(pack);
            }
            try (RowLease random = store.array("x").lease(Access.RANDOM)) {
                check(0, random);
            }
        }
    }

    private static Path pack(Path path) throws IOException {
        Path pack = path.resolveSibling(path.getFileName() + ".npz");
        try (Store store = Store.open(path)) {
            store.pack(pack);
        }
        return pack;
    }

    /** Who has no use for native calls is not bothered with them, nor is a JVM that denies them. */
    @ParameterizedTest
    @ValueSource(strings = {"warn NORMAL", "deny NORMAL", "warn RANDOM", "deny RANDOM"})
    void nativeAccessIsOptional(String how) throws Exception {
        Path path = create(0);
        String[] words = how.split(" ");
        Process child =
                ChildJvm.start(
                        List.of("--illegal-native-access=" + words[0]),
                        Child.class,
                        path,
                        words[1]);
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, child.waitFor(), output);
        if (words[1].equals("NORMAL")) {
            assertEquals("", output);
        } else {
            assertTrue(output.contains("--enable-native-access=ALL-UNNAMED"), output);
            assertEquals(
                    words[0].equals("deny"),
                    output.contains("so rows that are not cached are read more slowly"),
                    output);
        }
    }

    /** Reads a store in the given order. */
    public static final class Child {
        private Child() {}

        /** Reads. */
        public static void main(String[] args) throws IOException {
            try (Store store = Store.open(Path.of(args[0]));
                    RowLease lease = store.array("x").lease(Access.valueOf(args[1]))) {
                check(0, lease);
                store.array("x").getLong(0);
                store.array("x").fingerprint(ROWS);
            }
        }
    }
}
