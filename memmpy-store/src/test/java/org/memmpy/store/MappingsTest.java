// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.DType;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A reader that refreshes for ever has not for ever more mappings. */
class MappingsTest {
    private static final int GROWING = 10;
    private static final int COMMITS = 200;

    @TempDir private Path directory;

    private long mapped() throws IOException {
        String path = directory.toRealPath().toString();
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(path)).count();
        }
    }

    private static long touchAll(Store store, Access access) {
        long sum = 0;
        for (String path : store.arrays()) {
            MappedArray array = store.array(path);
            array.lease(access).close();
            sum += array.getLong(array.rows() - 1);
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource
    void areBoundedByTheArraysInUse(Access access) throws IOException {
        int patterns = access == Access.NORMAL ? 1 : 2;
        assumeTrue(Files.exists(Path.of("/proc/self/maps")), "no /proc/self/maps");
        Path path = directory.resolve("test.memmpy");
        try (Store writer = Store.create(path, StoreOption.FREE_ROOT, StoreOption.NO_FORCE)) {
            grow(writer, 0);
            try (Store reader = Store.open(path);
                    RowLease first = reader.array("grows0").lease()) {
                RowLease lease = reader.array("new0").lease(access);
                for (int i = 1; i <= COMMITS; i++) {
                    grow(writer, i);
                    assertTrue(reader.refresh());
                    assertEquals((GROWING + 1L) * i + i * (i - 1L) / 2, touchAll(reader, access));
                    lease.close();
                    lease = reader.array("new" + i).lease(access);
                    long inUse = GROWING + i + 1L;
                    long mapped = mapped(); // where files are mapped now, and what two leases hold
                    assertTrue(
                            mapped <= patterns * (6 * inUse + 6 * GROWING),
                            mapped + " mappings of " + inUse + " arrays");
                }
                assertEquals(0, first.segment().get(ValueLayout.JAVA_INT, 0));
                lease.close();
            }
        }
        assertEquals(0, mapped());
    }

    private static void grow(Store writer, int value) throws IOException {
        for (int array = 0; array < GROWING; array++) {
            writer.array("grows" + array, DType.INT32).append(new int[] {value});
        }
        writer.array("new" + value, DType.INT32).append(new int[] {value});
        writer.commit();
    }
}
