// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.NodeKind;
import org.memmpy.RaggedType;
import org.memmpy.RowType;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/** Several files of an array become one, and nobody notices. */
class CompactTest {
    private static final int ROWS = 1_200_001;

    @TempDir private Path directory;

    private final byte[] bytes = new byte[3 * ROWS];

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    /** An array of 5 parts: two own, three of others, with boundaries that are no blocks'. */
    private Store inParts() throws IOException {
        new Random(7).nextBytes(bytes);
        Store store = Store.create(path());
        store.array("a/x", DType.UINT8, 3).append(slice(0, 1000));
        store.array("a/y", DType.INT32).append(new int[1000]);
        store.commit();
        adopt(store, 1000, 500_000);
        adopt(store, 500_000, 500_001);
        store.array("a/x").append(slice(500_001, 700_000));
        store.array("a/y").append(new int[199_999]);
        adopt(store, 700_000, ROWS);
        store.commit();
        assertEquals(5, manifest().arrays().get("a/x").parts().size());
        return store;
    }

    private void adopt(Store store, int from, int to) throws IOException {
        Path part;
        try (Store open = Store.createPart(path(), "part")) {
            open.array("a/x", DType.UINT8, 3).append(slice(from, to));
            open.array("a/y", DType.INT32).append(new int[to - from]);
            open.commit();
            part = open.path();
        }
        store.adopt(List.of(part));
    }

    @Test
    void aMaskedArray() throws IOException {
        try (Store store = Store.create(path(), StoreOption.FREE_ROOT)) {
            for (long value = 1; value <= 2; value++) {
                Path part;
                try (Store open = Store.createPart(path(), "part")) {
                    open.masked("m", DType.INT64)
                            .append(LongBuffer.wrap(new long[] {value}), new boolean[] {value > 1});
                    open.commit();
                    part = open.path();
                }
                store.adopt(List.of(part));
            }
            store.commit();
            assertEquals(2, manifest().arrays().get("m/mask").parts().size());
            store.compact();
            assertEquals(1, manifest().arrays().get("m/mask").parts().size());
            assertEquals(1, manifest().arrays().get("m/values").parts().size());
            assertEquals(2, store.masked("m").rows());
        }
    }

    /** Rows cross the blocks that are copied. */
    @Test
    void whatIsAppendedBehindIsCounted() throws IOException {
        try (Store store = inParts()) {
            store.compact();
            store.array("a/x").append(slice(0, 1));
            assertEquals(1, store.array("a/x").pendingRows());
            Derivation derivation = store.derive("a/z", DType.INT8, 3);
            assertThrows(IllegalStateException.class, () -> derivation.from("a/x"));
        }
    }

    /** As a machine that has no thread left throws it. */
    @Test
    void anErrorBehindThePublicationLosesNothing() throws IOException {
        inParts().close();
        ErrorDisk disk = new ErrorDisk();
        try (Store store = Store.edit(path(), disk)) {
            disk.failsAfterPublication = true;
            assertThrows(OutOfMemoryError.class, store::compact);
            assertThrows(IllegalStateException.class, () -> store.delete("a"));
        }
        try (Store store = Store.open(path())) {
            assertEquals(1, manifest().arrays().get("a/x").parts().size());
            assertAllRows(store);
        }
    }

    private byte[] slice(int from, int to) {
        return java.util.Arrays.copyOfRange(bytes, 3 * from, 3 * to);
    }

    private Manifest manifest() throws IOException {
        return new Generations(path()).readNewest();
    }

    private void assertAllRows(Store store) {
        byte[] read = new byte[bytes.length];
        store.array("a/x").read(0, read);
        assertArrayEquals(bytes, read);
        assertEquals(ROWS, store.array("a/y").rows());
    }

    @Test
    void mergesPartsUnderReaders() throws IOException {
        try (Store store = inParts();
                Store reader = Store.open(path())) {
            assertAllRows(store);
            long before = store.generation();
            assertEquals(before + 1, store.compact("a/x"));
            assertEquals(1, manifest().arrays().get("a/x").parts().size());
            assertEquals(5, manifest().arrays().get("a/y").parts().size(), "was not asked for");
            assertAllRows(store);
            store.compact();
            assertEquals(store.generation(), store.compact(), "nothing is left to do");
            Vacuumed vacuumed = store.vacuum();
            assertEquals(Set.of(before), vacuumed.inUse());
            assertAllRows(reader);
            reader.refresh();
            assertAllRows(reader);
            store.vacuum();
            assertTrue(Files.notExists(path().resolve(".parts")));
            assertAllRows(reader);
            store.array("a/x").append(new byte[3]);
            store.array("a/y").append(new int[1]);
            store.commit();
            assertEquals(1, manifest().arrays().get("a/x").parts().size(), "appended in place");
        }
        try (Store store = Store.edit(path())) {
            store.array("a/x").append(new byte[3]); // reads the last block's checksum
        }
    }

    /** What is first asked for when it is published, but not yet shown, goes on with it. */
    @Test
    void columnsAskedForInTheMomentOfPublicationGoOn() throws IOException {
        RaggedType type = RaggedType.of(DType.INT8);
        for (int i = 0; i < 2; i++) {
            try (Store store = i == 0 ? Store.create(path()) : Store.createPart(path(), "part")) {
                store.array("x", DType.INT8).append(new byte[] {(byte) i});
                store.ragged("r", type).append(new byte[] {(byte) i});
                store.commit();
            }
        }
        try (Store store = Store.edit(path())) {
            store.adopt(store.unpublishedParts());
            store.commit();
        }
        try (Store store = Store.edit(path())) {
            StoreWriter writer = store.requireWriter();
            Manifest next = writer.compact("", Steps.UNTOLD);
            Table table = store.table();
            assertSame(table.array("x"), store.array("x"));
            assertSame(table.ragged("r"), store.ragged("r"));
            assertEquals(2, table.array("x").parts());
            store.show(next, writer);
            assertEquals(1, table.array("x").parts());
            assertEquals(1, table.array("x").getLong(1));
            assertEquals(1, table.ragged("r").getBytes(1)[0]);
            table.array("x").append(new byte[] {2});
            table.ragged("r").append(new byte[] {2});
            store.commit();
            assertEquals(2, table.array("x").getLong(2));
            assertEquals(2, table.ragged("r").getBytes(2)[0]);
        }
    }

    @Test
    void commitsNothingElse() throws IOException {
        try (Store store = inParts()) {
            store.attributes("a").set("k", 1);
            assertThrows(IllegalStateException.class, store::compact);
            store.commit();
            store.array("a/x").append(new byte[3]);
            assertThrows(IllegalStateException.class, store::compact);
            assertThrows(IllegalArgumentException.class, () -> store.compact("b"));
        }
    }

    @Test
    void aDamagedFileIsToldAndNotCopied() throws IOException {
        try (Store store = inParts()) {
            long before = store.generation();
            Manifest.Part second = manifest().arrays().get("a/x").parts().get(1);
            try (FileChannel file =
                    FileChannel.open(path().resolve(second.file()), StandardOpenOption.WRITE)) {
                file.write(java.nio.ByteBuffer.wrap(new byte[64]), 1_100_000);
            }
            String message = assertThrows(CorruptStoreException.class, store::compact).getMessage();
            assertTrue(message.contains(second.file()), message);
            assertEquals(before, store.commit(), "nothing has changed");
            store.compact("a/y");
            assertEquals(ROWS, store.array("a/y").rows());
            store.vacuum();
            assertTrue(Files.notExists(path().resolve("a/x~" + (before + 1) + ".npy")));
        }
    }

    private static final class Received implements Compaction.Target {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private long reserved;

        @Override
        public void append(MemorySegment appended) {
            bytes.writeBytes(appended.toArray(ValueLayout.JAVA_BYTE));
        }

        @Override
        public boolean reserve(long rows) {
            assertEquals(0, bytes.size() % 3, "whole rows");
            bytes.writeBytes(new byte[Math.toIntExact(3 * rows)]);
            reserved += 3 * rows;
            return true;
        }
    }

    @Test
    void blocksOfZerosAreReserved() throws IOException {
        int rows = 2_000_000;
        byte[] expected = new byte[3 * (1001 + rows)];
        try (Store store = Store.create(path(), StoreOption.FREE_ROOT)) {
            store.array("x", DType.UINT8, 3).append(new byte[] {1, 2, 3});
            store.array("x").reserve(rows / 2);
            store.commit();
            Path part;
            try (Store open = Store.createPart(path(), "part")) {
                open.array("x", DType.UINT8, 3).reserve(rows / 2);
                open.array("x").append(filled(new byte[3 * 1000]));
                open.commit();
                part = open.path();
            }
            store.adopt(List.of(part));
            store.commit();
            System.arraycopy(new byte[] {1, 2, 3}, 0, expected, 0, 3);
            System.arraycopy(filled(new byte[3000]), 0, expected, expected.length - 3000, 3000);
            Received received = new Received();
            new Compaction(path(), "x", manifest().arrays().get("x")).copyTo(received);
            assertArrayEquals(expected, received.bytes.toByteArray());
            assertTrue(received.reserved > 3_000_000, () -> received.reserved + " bytes reserved");
            store.compact();
            byte[] read = new byte[expected.length];
            store.array("x").read(0, read);
            assertArrayEquals(expected, read);
            assertTrue(store.verify(Verification.all()).isSound());

            Path pack = directory.resolve("x.npz");
            store.pack(pack);
            Path copy = directory.resolve("copy.memmpy");
            Store.unpack(pack, copy);
            for (Path at : List.of(pack, copy)) {
                try (Store other = Store.open(at)) {
                    other.array("x").read(0, read);
                    assertArrayEquals(expected, read);
                    assertTrue(other.verify(Verification.all()).isSound());
                }
            }
        }
    }

    private static byte[] filled(byte[] array) {
        java.util.Arrays.fill(array, (byte) 7);
        return array;
    }

    @Test
    void sortedRunsStayRuns() {
        Manifest.Array two =
                new Manifest.Array(
                        RowType.of(DType.INT64, 2),
                        List.of(new Manifest.Part("a.npy", 1, 0), new Manifest.Part("b.npy", 1, 0)),
                        Map.of());
        Manifest manifest =
                new Manifest(
                        new UUID(1, 2),
                        3,
                        Map.of(
                                "",
                                new Manifest.Group(NodeKind.GROUP),
                                "r",
                                new Manifest.Group(NodeKind.RAGGED)),
                        Map.of("r/sorted", two, "sorted", two),
                        Map.of(),
                        Set.of());
        assertEquals(List.of("sorted"), Compaction.arrays(manifest, ""));
    }
}
