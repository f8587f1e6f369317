// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.NodeKind;
import org.memmpy.RaggedType;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/** Rows of different lengths and shapes: written, read, refused. */
class RaggedArrayTest {
    private static final RaggedType FLOATS = RaggedType.of(DType.FLOAT32);

    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    private void jagged() throws IOException {
        try (Store store = Store.create(path())) {
            RaggedArray pt = store.ragged("jets/pt", FLOATS);
            pt.append(new float[] {1, 2, 3});
            pt.append(new float[0]);
            pt.append(FloatBuffer.wrap(new float[] {9, 4, 9}, 1, 1));
            assertEquals(0, pt.rows());
            store.commit();
            assertEquals(3, pt.rows());
        }
    }

    @Test
    void jaggedRows() throws IOException {
        jagged();
        try (Store store = Store.open(path())) {
            RaggedArray pt = store.ragged("jets/pt");
            assertEquals("jets/pt: jagged float32 (*,), 3 rows", pt.toString());
            assertArrayEquals(new float[] {1, 2, 3}, pt.getFloats(0));
            assertArrayEquals(new float[0], pt.getFloats(1));
            assertArrayEquals(new float[] {4}, pt.getFloats(2));
            assertEquals(0, pt.length(1));
            assertEquals(3, pt.offset(2));
            assertArrayEquals(new long[] {3}, pt.shape(0));
            ByteBuffer big = ByteBuffer.allocate(16);
            assertEquals(3, pt.read(0, big));
            assertEquals(3, big.getFloat(8));
            assertEquals(0, pt.read(1, FloatBuffer.allocate(0)));
            String small =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> pt.read(0, MemorySegment.ofArray(new byte[11])))
                            .getMessage();
            assertTrue(small.contains("row 0 has 12 bytes, the target has room for 11"), small);
            assertEquals(3, store.array("jets/pt/values").getDouble(2));
            assertEquals(List.of(new Node("jets/pt", NodeKind.RAGGED, 3)), store.list("jets"));
            assertEquals(List.of(), store.arrays());
            assertThrows(IllegalStateException.class, () -> pt.append(new float[1]));
            assertThrows(IllegalArgumentException.class, () -> pt.getInts(0));
            assertThrows(IllegalStateException.class, () -> pt.row("x"));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> store.ragged("jets/pt", RaggedType.of(DType.FLOAT64)));
        }
    }

    @Test
    void itemsMayHaveAShape() throws IOException {
        try (Store store = Store.create(path())) {
            RaggedArray points = store.ragged("points", RaggedType.of(DType.INT16, 2));
            points.append(new short[] {1, 2, 3, 4}, 2, 2);
            points.appendAll(new short[] {5, 6}, 0, 1, 0);
            assertThrows(IllegalArgumentException.class, () -> points.append(new short[3]));
            assertThrows(IllegalArgumentException.class, () -> points.append(new short[4], 4));
            store.commit();
            assertEquals(4, points.rows());
            assertArrayEquals(new long[] {2, 2}, points.shape(0));
            assertArrayEquals(new long[] {0, 2}, points.shape(1));
            assertArrayEquals(new short[] {5, 6}, points.getShorts(2));
            assertEquals("points: jagged int16 (*, 2), 4 rows", points.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void shapedRows(int rank) throws IOException {
        try (Store store = Store.create(path())) {
            RaggedArray images = store.ragged("images", RaggedType.shaped(DType.INT64, rank));
            for (int row = 0; row < 20; row++) {
                long[] shape = shape(rank, row);
                images.append(values(RaggedRows.elements(shape), row), shape);
            }
            long[] both = new long[2 * rank];
            System.arraycopy(shape(rank, 20), 0, both, 0, rank);
            System.arraycopy(shape(rank, 21), 0, both, rank, rank);
            long first = RaggedRows.elements(shape(rank, 20));
            long[] values = values(first + RaggedRows.elements(shape(rank, 21)), 20);
            images.appendAll(values, both);
            store.commit();
            for (int row = 0; row < 20; row++) {
                assertArrayEquals(shape(rank, row), images.shape(row));
                assertArrayEquals(values(images.length(row), row), images.getLongs(row));
            }
            assertArrayEquals(shape(rank, 21), images.shape(21));
            assertEquals(images.offset(20) + first, images.offset(21));
            assertThrows(IllegalArgumentException.class, () -> images.append(new long[3]));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> images.append(new long[3], new long[rank]));
        }
    }

    private static long[] shape(int rank, int row) {
        long[] shape = new long[rank];
        for (int i = 0; i < rank; i++) {
            shape[i] = Math.floorMod(row + 3 * i, 5);
        }
        return shape;
    }

    private static long[] values(long n, int row) {
        long[] values = new long[(int) n];
        for (int i = 0; i < n; i++) {
            values[i] = 1000L * row + i;
        }
        return values;
    }

    @Test
    void everyJavaType() throws IOException {
        try (Store store = Store.create(path());
                Arena arena = Arena.ofConfined()) {
            store.ragged("bool", RaggedType.of(DType.BOOL)).append(new boolean[] {true, false});
            store.ragged("byte", RaggedType.of(DType.UINT8)).append(new byte[] {-1});
            store.ragged("int", RaggedType.of(DType.INT32)).append(new int[] {7, 8});
            store.ragged("double", RaggedType.of(DType.FLOAT64))
                    .append(ByteBuffer.allocate(8).order(ByteOrder.BIG_ENDIAN).putDouble(0, 2.5));
            MemorySegment off = arena.allocateFrom(ValueLayout.JAVA_LONG, 5, 6);
            store.ragged("long", RaggedType.of(DType.UINT64)).append(off);
            store.commit();
            assertArrayEquals(new boolean[] {true, false}, store.ragged("bool").getBooleans(0));
            assertArrayEquals(new byte[] {-1}, store.ragged("byte").getBytes(0));
            assertArrayEquals(new int[] {7, 8}, store.ragged("int").getInts(0));
            assertArrayEquals(new double[] {2.5}, store.ragged("double").getDoubles(0));
            assertArrayEquals(new long[] {5, 6}, store.ragged("long").getLongs(0));
            RaggedArray bool = store.ragged("bool");
            for (Object wrong :
                    new Object[] {
                        new float[1], "text", new String[1], 1.0, ByteBuffer.wrap(new byte[] {2})
                    }) {
                assertThrows(IllegalArgumentException.class, () -> bool.append(wrong));
            }
        }
    }

    @Test
    void aTableOfRaggedColumns() throws IOException {
        try (Store store = Store.create(path())) {
            store.createTable("events");
            RaggedArray pt = store.ragged("events/pt", FLOATS);
            RaggedArray eta = store.ragged("events/eta", FLOATS);
            pt.appendAll(new float[] {1, 2, 3}, 1, 2);
            eta.append(new float[0]);
            String unequal = assertThrows(IllegalStateException.class, store::commit).getMessage();
            assertTrue(unequal.contains("'pt' 2 rows, 'eta' 1 rows"), unequal);
            eta.append(new float[5]);
            store.commit();
            Table events = store.table("events");
            assertEquals(2, events.rows());
            assertEquals(List.of("pt", "eta"), events.names());
            assertEquals(5, events.ragged("eta").length(1));
            assertThrows(IllegalArgumentException.class, () -> events.array("pt"));
            assertThrows(IllegalArgumentException.class, () -> events.ragged("x"));
            assertTrue(events.toString().contains("pt jagged float32 (*,)"), events::toString);
        }
    }

    @Test
    void partsCannotBeChangedAlone() throws IOException {
        jagged();
        try (Store store = Store.edit(path())) {
            String values = "jets/pt/values";
            String message =
                    assertThrows(IllegalArgumentException.class, () -> store.delete(values))
                            .getMessage();
            assertTrue(message.contains("belongs to the ragged array 'jets/pt'"), message);
            assertThrows(IllegalArgumentException.class, () -> store.rename(values, "x"));
            assertThrows(
                    IllegalArgumentException.class, () -> store.replace(values, DType.FLOAT32));
            MappedArray array = store.array(values);
            assertThrows(IllegalArgumentException.class, () -> array.append(new float[1]));
            assertThrows(IllegalArgumentException.class, () -> array.reserve(1));
            assertThrows(IllegalArgumentException.class, () -> array.region(0, 1));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> array.write(0, FloatBuffer.wrap(new float[1])));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> store.array("jets/pt/more", DType.FLOAT32));
            assertThrows(IllegalArgumentException.class, () -> store.createGroup("jets/pt/g"));
            assertThrows(IllegalArgumentException.class, () -> store.createTable("jets/pt"));
            assertThrows(IllegalArgumentException.class, () -> store.array("jets/pt"));
            assertThrows(IllegalArgumentException.class, () -> store.array("jets/pt", DType.INT8));
            assertThrows(IllegalArgumentException.class, () -> store.ragged("jets", FLOATS));
            assertThrows(IllegalArgumentException.class, () -> store.ragged("nothing"));
            assertEquals(3, array.getDouble(2));
            assertEquals(2, store.commit());
        }
    }

    /** Whoever has it cannot add its rows to what has its path now. */
    @Test
    void nothingIsAppendedToAnotherUnderItsPath() throws IOException {
        RaggedType longs = RaggedType.of(DType.INT64);
        jagged();
        try (Store store = Store.edit(path())) {
            RaggedArray before = store.ragged("jets/pt");
            store.ragged("b", longs).append(new long[] {1, 2});
            store.commit();
            store.delete("jets/pt");
            store.rename("b", "jets/pt");
            RaggedArray moved = store.ragged("jets/pt");
            assertEquals(longs, moved.type());
            String ended =
                    assertThrows(
                                    IllegalStateException.class,
                                    () -> before.append(new float[] {1, 2, 3}))
                            .getMessage();
            assertTrue(ended.contains("deleted"), ended);
            assertEquals(3, before.rows());
            moved.append(new long[] {3});
            store.commit();
            assertArrayEquals(new long[] {1, 2}, moved.getLongs(0));
            assertArrayEquals(new long[] {3}, moved.getLongs(1));
            assertEquals(moved, store.ragged("jets/pt"));
            store.delete("jets/pt");
            RaggedArray again = store.ragged("jets/pt", longs);
            assertThrows(IllegalStateException.class, () -> moved.append(new long[] {4}));
            store.delete("jets/pt");
            store.ragged("jets/pt", longs);
            assertThrows(IllegalStateException.class, () -> again.append(new long[] {4}));
            store.commit();
            assertEquals(0, store.ragged("jets/pt").rows());
        }
    }

    @Test
    void deletedAndRenamed() throws IOException {
        jagged();
        try (Store store = Store.edit(path())) {
            RaggedArray before = store.ragged("jets/pt");
            store.rename("jets/pt", "energy");
            RaggedArray energy = store.ragged("energy");
            energy.append(new float[] {5});
            assertThrows(IllegalStateException.class, () -> before.append(new float[] {5}));
            RaggedArray other = store.ragged("jets/pt", FLOATS);
            other.append(new float[] {6});
            assertEquals(3, before.rows());
            store.commit();
            assertArrayEquals(new float[] {5}, energy.getFloats(3));
            assertArrayEquals(new float[] {6}, other.getFloats(0));
            String replaced =
                    assertThrows(IllegalStateException.class, () -> before.getFloats(0))
                            .getMessage();
            assertTrue(replaced.contains("was replaced"), replaced);

            store.delete("jets/pt");
            RaggedArray fresh = store.ragged("fresh", FLOATS);
            store.delete("fresh");
            assertThrows(IllegalStateException.class, () -> fresh.append(new float[1]));
            assertFalse(store.exists("fresh"));
            store.commit();
            assertThrows(IllegalStateException.class, () -> other.getFloats(0));
            assertEquals(1, store.ragged("jets/pt", RaggedType.of(DType.INT8)).type().rank());
        }
    }

    @Test
    void readersFollowWhatAWriterCommits() throws IOException {
        jagged();
        try (Store reader = Store.open(path());
                Store writer = Store.edit(path())) {
            RaggedArray seen = reader.ragged("jets/pt");
            assertArrayEquals(new float[] {4}, seen.getFloats(2));
            RaggedArray pt = writer.ragged("jets/pt", FLOATS);
            for (int i = 0; i < 5; i++) {
                pt.append(new float[i]);
                String pending =
                        assertThrows(IndexOutOfBoundsException.class, () -> pt.length(pt.rows()))
                                .getMessage();
                assertTrue(pending.contains("1 more are appended"), pending);
                writer.commit();
                assertEquals(3 + i, seen.rows());
                assertTrue(reader.refresh());
                assertEquals(i, seen.length(3 + i));
            }
            writer.delete("jets/pt");
            writer.commit();
            reader.refresh();
            String gone =
                    assertThrows(IllegalStateException.class, () -> seen.getFloats(0)).getMessage();
            assertTrue(gone.contains("generation 8 has no such array"), gone);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1000, Long.MAX_VALUE, Long.MIN_VALUE})
    void hostileOffsetsAreNamed(long offset) throws IOException {
        jagged();
        try (FileChannel file =
                FileChannel.open(path().resolve("jets/pt/offsets.npy"), StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            file.write(bytes.putLong(0, offset), 4096 + 8);
        }
        try (Store store = Store.open(path())) {
            RaggedArray pt = store.ragged("jets/pt");
            for (long row : new long[] {0, 1}) {
                String message =
                        assertThrows(CorruptStoreException.class, () -> pt.getFloats(row))
                                .getMessage();
                assertTrue(
                        message.contains("test.memmpy, ragged array 'jets/pt': row " + row)
                                && message.contains("%,d".formatted(offset)),
                        message);
                assertThrows(CorruptStoreException.class, () -> pt.shape(row));
            }
            assertArrayEquals(new float[] {4}, pt.getFloats(2));
        }
    }

    @Test
    void aShapeThatDoesNotFitItsRowIsNamed() throws IOException {
        try (Store store = Store.create(path())) {
            store.ragged("x", RaggedType.shaped(DType.INT8, 2)).append(new byte[6], 2, 3);
            store.commit();
        }
        try (FileChannel file =
                FileChannel.open(path().resolve("x/shapes.npy"), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {1}), 4096 + 7);
        }
        try (Store store = Store.open(path())) {
            String message =
                    assertThrows(CorruptStoreException.class, () -> store.ragged("x").shape(0))
                            .getMessage();
            assertTrue(message.contains("row 0 has 6 elements"), message);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"write rows values", "write rows offsets", "write rows shapes", "create"})
    void aRowThatCannotBeWrittenIsNotThere(String step) throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = Store.create(path(), disk)) {
            RaggedArray x = store.ragged("x", RaggedType.shaped(DType.INT32, 1));
            disk.failAt(step);
            assertThrows(
                    IOException.class,
                    () -> {
                        for (int i = 0; i < 100_000; i++) {
                            x.append(new int[] {i, i}, 2);
                        }
                    });
            disk.failAt("");
            int[] large = new int[100_000];
            long[] ones = new long[100_000];
            Arrays.fill(ones, 1);
            disk.failAt(step);
            assertThrows(
                    IOException.class,
                    () -> {
                        for (int i = 0; i < 4; i++) {
                            x.appendAll(large, ones);
                        }
                        store.commit();
                    });
            disk.failAt("");
            x.append(new int[] {-1, -2, -3}, 3);
            store.commit();
            long last = x.rows() - 1;
            assertArrayEquals(new int[] {-1, -2, -3}, x.getInts(last));
            long filled = 0;
            while (filled < last && x.length(filled) == 2) {
                assertArrayEquals(new int[] {(int) filled, (int) filled}, x.getInts(filled));
                filled++;
            }
            for (long row = filled; row < last; row++) {
                assertEquals(1, x.length(row));
            }
            assertEquals(0, (last - filled) % 100_000);
            assertEquals(x.offset(last) + 3, store.array("x/values").rows());
        }
    }

    @Test
    void anArrayThatCannotBeCreatedIsNotThere() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = Store.create(path(), disk)) {
            disk.failAt("create offsets.npy");
            RaggedType type = RaggedType.of(DType.INT8).keyed();
            assertThrows(IOException.class, () -> store.ragged("x", type));
            assertFalse(store.exists("x"));
            disk.failAt("");
            store.ragged("x", type).put("a", new byte[2]);
            store.commit();
            assertEquals(0, store.ragged("x").row("a"));
        }
    }

    @Test
    void unusableArguments() throws IOException {
        try (Store store = Store.create(path())) {
            RaggedArray x = store.ragged("x", FLOATS);
            assertThrows(IllegalArgumentException.class, () -> x.appendAll(new float[0]));
            assertThrows(IllegalArgumentException.class, () -> x.appendAll(new float[3], 1, 1));
            assertThrows(IllegalArgumentException.class, () -> x.appendAll(new float[1], 2));
            assertThrows(IllegalArgumentException.class, () -> x.appendAll(new float[1], 2, -1));
            long most = Long.MAX_VALUE;
            assertThrows(
                    IllegalArgumentException.class, () -> x.appendAll(new float[0], most, most, 2));
            assertThrows(IllegalArgumentException.class, () -> x.put("k", new float[1]));
            assertThrows(IllegalArgumentException.class, () -> RaggedType.shaped(DType.INT8, 0));
            RaggedArray shaped = store.ragged("s", RaggedType.shaped(DType.INT8, 2));
            long half = 1L << 32;
            assertThrows(
                    IllegalArgumentException.class, () -> shaped.append(new byte[0], half, half));
            assertThrows(IllegalArgumentException.class, () -> shaped.append(new byte[6], -2, -3));
            shaped.append(new byte[0], half, 0);
            assertEquals(0, x.rows());
            store.delete("x");
            store.commit();
            assertArrayEquals(new long[] {half, 0}, shaped.shape(0));
        }
    }

    @Test
    @EnabledIfNumPy
    void numPyReadsTheParts() throws IOException {
        jagged();
        assertEquals(
                "[[1.0, 2.0, 3.0], [], [4.0]]",
                NumPy.run(
                        """
                        v = np.load(args[0] + '/values.npy')
                        o = np.load(args[0] + '/offsets.npy', mmap_mode='r')
                        print([v[o[i]:o[i + 1]].tolist() for i in range(len(o) - 1)])
                        """,
                        path().resolve("jets/pt")));
    }
}
