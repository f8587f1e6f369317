// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RaggedType;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Ragged rows as memory. */
class RaggedLeaseTest {
    private static final long[] ROWS = {2, 0, 1, 2};

    @TempDir private Path directory;

    private Path jagged() throws IOException {
        Path path = directory.resolve("test.memmpy");
        try (Store store = Store.create(path, StoreOption.FREE_ROOT)) {
            RaggedArray pt = store.ragged("pt", RaggedType.of(DType.INT32));
            pt.append(new int[] {1, 2, 3});
            pt.append(new int[0]);
            pt.append(new int[] {4, 5});
            store.ragged("empty", RaggedType.of(DType.INT32));
            store.commit();
        }
        return path;
    }

    private static void check(RaggedLease lease) {
        long[] starts = new long[ROWS.length];
        long[] lengths = new long[ROWS.length];
        lease.locate(ROWS, ROWS.length, starts, lengths);
        assertArrayEquals(new long[] {3, 0, 3, 3}, starts);
        assertArrayEquals(new long[] {2, 3, 0, 2}, lengths);
        assertEquals(5, lease.values().segment().get(ValueLayout.JAVA_INT, 16));
        assertEquals(3, lease.rows());
    }

    @ParameterizedTest
    @EnumSource
    void outlivesItsStore(Access access) throws IOException {
        RaggedLease lease;
        try (Store store = Store.open(jagged())) {
            lease = store.ragged("pt").lease(access);
            check(lease);
        }
        check(lease);
        lease.close();
        lease.close();
        assertThrows(IllegalStateException.class, () -> check(lease));
    }

    @Test
    void staysAtItsGeneration() throws IOException {
        Path path = jagged();
        try (Store writer = Store.edit(path);
                RaggedLease before = writer.ragged("pt").lease(Access.RANDOM)) {
            writer.ragged("pt").append(new int[] {6});
            writer.commit();
            check(before);
            try (RaggedLease after = writer.ragged("pt").lease(Access.RANDOM)) {
                assertEquals(4, after.rows());
                assertEquals(6, after.values().segment().get(ValueLayout.JAVA_INT, 20));
            }
        }
    }

    @Test
    void rowsThatAreNotThereAreRefused() throws IOException {
        try (Store store = Store.open(jagged());
                RaggedLease pt = store.ragged("pt").lease(Access.NORMAL);
                RaggedLease empty = store.ragged("empty").lease(Access.NORMAL)) {
            long[] found = new long[1];
            for (long row : new long[] {-1, 3, Long.MAX_VALUE}) {
                assertThrows(
                        IndexOutOfBoundsException.class,
                        () -> pt.locate(new long[] {row}, 1, found, found));
            }
            assertEquals(0, empty.rows());
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> empty.locate(new long[1], 1, found, found));
        }
    }

    @Test
    void offsetsWithoutSenseAreRefused() throws IOException {
        Path path = jagged();
        try (FileChannel file =
                FileChannel.open(path.resolve("pt/offsets.npy"), StandardOpenOption.WRITE)) {
            file.write(
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 6),
                    file.size() - 8);
        }
        try (Store store = Store.open(path);
                RaggedLease lease = store.ragged("pt").lease(Access.NORMAL)) {
            String message =
                    assertThrows(CorruptStoreException.class, () -> check(lease)).getMessage();
            assertTrue(message.contains("row 2 has the offsets 3 and 6"), message);
            assertTrue(message.contains("there are 5 values"), message);
        }
    }

    @Test
    void aLeaseThatCannotBeMadeLeavesNone() throws IOException {
        Path path = jagged();
        try (Store store = Store.open(path)) {
            Files.delete(path.resolve("pt/values.npy"));
            assertThrows(
                    CorruptStoreException.class, () -> store.ragged("pt").lease(Access.RANDOM));
        }
    }
}
