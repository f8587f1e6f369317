// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.format.BlockChecksums;
import org.memmpy.testing.Rows;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@link MappedArray#fingerprint}: it names content, wherever that lies. */
class RowsFingerprintTest {
    private static final RowType TYPE = RowType.of(DType.INT16, 7);
    private static final int ROWS = 250_001;
    private static final byte[] BYTES = Rows.random(TYPE, ROWS, 3);
    private static final List<Long> COUNTS =
            List.of(0L, 1L, 74_898L, 74_899L, 149_797L, 200_000L, (long) ROWS);

    @TempDir private Path directory;

    private static String expected(long rows) {
        ByteBuffer bytes = ByteBuffer.wrap(BYTES, 0, (int) (rows * TYPE.bytes()));
        return "int16 (7,), %d rows, crc32c %08x".formatted(rows, BlockChecksums.of(bytes));
    }

    private static void assertSame(MappedArray array) {
        for (long rows : COUNTS) {
            assertEquals(expected(rows), array.fingerprint(rows));
        }
    }

    private Store parted(int parts) throws IOException {
        Store store =
                Store.create(
                        directory.resolve(parts + ".memmpy"),
                        StoreOption.NO_FORCE,
                        StoreOption.FREE_ROOT);
        PartedArrays.append(store, "x", TYPE, MemorySegment.ofArray(BYTES), parts);
        store.commit();
        return store;
    }

    @Test
    void doesNotDependOnParts() throws IOException {
        for (int parts : List.of(1, 2, 3, 11)) {
            try (Store store = parted(parts)) {
                assertSame(store.array("x"));
            }
        }
    }

    @Test
    void outlivesAppendsCompactionAndPacks() throws IOException {
        Path pack = directory.resolve("x.npz");
        try (Store store = parted(3)) {
            store.array("x").append(new short[700]);
            store.commit();
            assertSame(store.array("x"));
            store.compact();
            store.commit();
            assertEquals(1, store.array("x").parts());
            assertSame(store.array("x"));
            store.pack(pack);
        }
        try (Store store = Store.open(pack)) {
            assertSame(store.array("x"));
        }
        Store.unpack(pack, directory.resolve("unpacked"));
        try (Store store = Store.open(directory.resolve("unpacked"))) {
            assertSame(store.array("x"));
        }
    }

    @Test
    void readsRowsThatHaveNoChecksums() throws IOException {
        Path npy = directory.resolve("x.npy");
        try (Store store = parted(1)) {
            Files.copy(partOf(store).resolve("x.npy"), npy);
        }
        try (Store store = Store.open(npy)) {
            assertSame(store.array("x"));
            assertSame(store.array("x"));
        }
        try (Store store = parted(2)) {
            Files.delete(partOf(store).resolve("x.npy.crc"));
            assertSame(store.array("x"));
        }
    }

    private static Path partOf(Store store) throws IOException {
        try (var parts = Files.list(store.path().resolve(PartStores.DIRECTORY))) {
            return parts.findFirst().orElseThrow();
        }
    }

    @Test
    void differsWithTheContent() throws IOException {
        try (Store store = parted(1)) {
            byte[] other = BYTES.clone();
            other[1 << 20] ^= 1;
            store.array("y", TYPE.dtype(), 7).append(MemorySegment.ofArray(other));
            store.array("z", DType.UINT16, 7).append(MemorySegment.ofArray(BYTES));
            store.commit();
            long before = (1 << 20) / TYPE.bytes();
            assertEquals(expected(before), store.array("y").fingerprint(before));
            assertNotEquals(expected(before + 1), store.array("y").fingerprint(before + 1));
            assertNotEquals(expected(ROWS), store.array("y").fingerprint(ROWS));
            assertNotEquals(expected(ROWS), store.array("z").fingerprint(ROWS));
        }
    }

    @Test
    void isOfCommittedRows() throws IOException {
        try (Store store = parted(1)) {
            store.array("x").append(new short[7]);
            assertThrows(
                    IndexOutOfBoundsException.class, () -> store.array("x").fingerprint(ROWS + 1));
            assertThrows(IndexOutOfBoundsException.class, () -> store.array("x").fingerprint(-1));
        }
    }

    @Test
    void ofACutFileIsAnError() throws IOException {
        try (Store store = parted(1)) {
            MappedArray x = store.array("x");
            x.getLong(0);
            try (RandomAccessFile file =
                    new RandomAccessFile(partOf(store).resolve("x.npy").toFile(), "rw")) {
                file.setLength(4096);
            }
            assertEquals(expected(ROWS), x.fingerprint(ROWS));
            CorruptStoreException e =
                    assertThrows(CorruptStoreException.class, () -> x.fingerprint(ROWS - 1));
            assertTrue(e.getMessage().contains("'x'"), e.getMessage());
            assertThrows(CorruptStoreException.class, () -> x.fingerprint(1));
        }
    }

    @Test
    void afterClosingIsAnError() throws IOException {
        MappedArray x;
        try (Store store = parted(1)) {
            x = store.array("x");
        }
        assertThrows(IllegalStateException.class, () -> x.fingerprint(1));
    }
}
