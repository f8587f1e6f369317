// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.UnsupportedFormatException;
import org.memmpy.format.NpyHeader;
import org.memmpy.store.Store;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;
import org.memmpy.testing.Parts;
import org.memmpy.testing.Rows;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

class TransferTest {
    @TempDir private Path directory;

    /** Reads a file with the importer that accepts it: name -> "dtype shape hex". */
    static Map<String, String> read(Path source) throws IOException {
        Importer importer = null;
        for (Importer candidate : ServiceLoader.load(Importer.class)) {
            if (candidate.accepts(source)) {
                importer = candidate;
                break;
            }
        }
        Map<String, ByteArrayOutputStream> bytes = new LinkedHashMap<>();
        Map<String, String> types = new LinkedHashMap<>();
        importer.read(
                source,
                (name, type, rows) -> {
                    ByteArrayOutputStream collected = new ByteArrayOutputStream();
                    bytes.put(name, collected);
                    types.put(name, type + " x " + rows + ": ");
                    return piece -> collected.writeBytes(Rows.bytes(piece));
                });
        bytes.forEach(
                (name, all) ->
                        types.merge(
                                name, HexFormat.of().formatHex(all.toByteArray()), String::concat));
        return types;
    }

    @Test
    void readsIdxPlainAndGzipped() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(new byte[] {0, 0, 0x0b, 2});
            out.writeInt(2);
            out.writeInt(1);
            out.writeShort(258);
            out.writeShort(-2);
        }
        Path plain = directory.resolve("labels-idx2-short");
        Files.write(plain, bytes.toByteArray());
        assertEquals(Map.of("labels-idx2-short", "int16 (1,) x 2: 0201feff"), read(plain));

        Path gzipped = directory.resolve("labels.gz");
        try (var out = new GZIPOutputStream(Files.newOutputStream(gzipped))) {
            out.write(bytes.toByteArray());
        }
        assertEquals(Map.of("labels", "int16 (1,) x 2: 0201feff"), read(gzipped));

        byte[] cut = Files.readAllBytes(gzipped);
        Files.write(gzipped, Arrays.copyOf(cut, cut.length - 9));
        assertThrows(CorruptStoreException.class, () -> read(gzipped));
        Files.write(plain, Arrays.copyOf(bytes.toByteArray(), bytes.size() - 1));
        String message = assertThrows(CorruptStoreException.class, () -> read(plain)).getMessage();
        assertTrue(message.contains("the data ends in row 1"), message);
    }

    @Test
    void idxAcceptsNothingElse() throws IOException {
        IdxImporter importer = new IdxImporter();
        Path file = directory.resolve("x");
        for (byte[] start :
                new byte[][] {
                    {},
                    {0, 0},
                    {0, 0, 7, 1},
                    {0, 1, 8, 1},
                    "text".getBytes(StandardCharsets.UTF_8),
                    {0x1f, (byte) 0x8b, 1}
                }) {
            Files.write(file, start);
            assertFalse(importer.accepts(file), Arrays.toString(start));
        }
    }

    @Test
    void refusesNpyThatIsCutOrHasNoRows() throws IOException {
        Path file = directory.resolve("x.npy");
        byte[] header = NpyHeader.encode(RowType.of(DType.INT32, 2), 5);
        Files.write(file, Arrays.copyOf(header, header.length + 39));
        String message = assertThrows(CorruptStoreException.class, () -> read(file)).getMessage();
        assertTrue(message.contains("x.npy") && message.contains("ends in row 4"), message);
        Files.write(file, new byte[0]);
        message = assertThrows(MemmpyException.class, () -> read(file)).getMessage();
        assertTrue(message.contains("the file is empty"), message);
        byte[] inflated = NpyHeader.encode(RowType.of(DType.INT8, 1 << 30), 5);
        Files.write(file, Arrays.copyOf(inflated, inflated.length + 100));
        assertThrows(CorruptStoreException.class, () -> read(file));
        Files.write(directory.resolve("y.npz"), new byte[100]);
        assertThrows(CorruptStoreException.class, () -> read(directory.resolve("y.npz")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "np.arange(6, dtype='<i4').reshape(3, 2) | int32 (2,) x 3: 000000000100000002000000030000000400000005000000",
                "np.arange(3, dtype='>u2') | uint16 () x 3: 000001000200",
                "np.array([1.5, -2], '>f8') | float64 () x 2: 000000000000f83f00000000000000c0",
                "np.asfortranarray(np.arange(3, dtype='i1')) | int8 () x 3: 000102",
                "np.array([True, False]) | bool () x 2: 0100",
                "np.zeros((0, 3), 'f4') | 'float32 (3,) x 0: '",
            })
    @EnabledIfNumPy
    void readsWhatNumPyWrites(String array, String expected) throws IOException {
        NumPy.run(
                """
                a = eval(args[1])
                np.save(args[0] + '/x.npy', a)
                np.savez(args[0] + '/stored.npz', x=a)
                np.savez_compressed(args[0] + '/deflated.npz', **{'g/x': a})
                with open(args[0] + '/v3.npy', 'wb') as f:
                    np.lib.format.write_array(f, a, version=(3, 0))
                """,
                directory,
                array);
        assertEquals(Map.of("x", expected), read(directory.resolve("x.npy")));
        assertEquals(Map.of("x", expected), read(directory.resolve("stored.npz")));
        assertEquals(Map.of("g/x", expected), read(directory.resolve("deflated.npz")));
        assertEquals(Map.of("v3", expected), read(directory.resolve("v3.npy")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "np.array([{}, []], dtype=object) | Python objects",
                "np.zeros(2, dtype=[('a', 'f4'), ('b', 'i8')]) | structured",
                "np.array(['a', 'bc']) | str: strings",
                "np.array([b'a', b'bc']) | bytes: strings of bytes",
                "np.zeros(2, 'c8') | complex",
                "np.zeros(2, 'c16') | complex",
                "np.zeros(2, 'M8[s]') | datetime64: dates",
                "np.zeros(2, 'm8[ns]') | timedelta64: durations",
                "np.zeros(2, 'V5') | raw or structured",
                "np.zeros(2, np.longdouble) | longdouble: extended precision",
                "np.asfortranarray(np.zeros((3, 2), 'c16')) | complex",
                "np.asfortranarray(np.zeros((3, 2), 'O')) | Python objects",
                "np.float32(7) | no rows",
                "np.zeros((3, 0)) | at least 1",
            })
    @EnabledIfNumPy
    void refusesWhatAStoreCannotHold(String array, String reason) {
        NumPy.run("np.save(args[0] + '/x.npy', eval(args[1]))", directory, array);
        String message =
                assertThrows(
                                UnsupportedFormatException.class,
                                () -> read(directory.resolve("x.npy")))
                        .getMessage();
        assertTrue(message.contains("x.npy") && message.contains(reason), message);
    }

    @Test
    void holdsNpzMembersAgainstTheirChecksums() throws IOException {
        RowType type = RowType.of(DType.INT8, 100);
        Path file = directory.resolve("x.npz");
        byte[] rows = Rows.random(type, 50, 1);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            out.setLevel(0);
            out.putNextEntry(new ZipEntry("a.npy"));
            out.write(NpyHeader.encode(type, 50));
            out.write(rows);
        }
        assertEquals(1, read(file).size());
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2 + 2048] ^= 1;
        Files.write(file, bytes);
        String message = assertThrows(CorruptStoreException.class, () -> read(file)).getMessage();
        assertTrue(message.contains("a.npy: its checksum is wrong"), message);
    }

    @Test
    void exportsWhatWasCommitted() throws IOException {
        RowType type = RowType.of(DType.UINT16, 3);
        byte[] rows = Rows.random(type, 500_000, 1);
        Path target = directory.resolve("out.npy");
        try (Store store = Store.create(directory.resolve("s.memmpy"))) {
            store.array("x", DType.UINT16, 3).append(MemorySegment.ofArray(rows));
            store.commit();
            Exporter exporter = ServiceLoader.load(Exporter.class).findFirst().orElseThrow();
            assertTrue(exporter.accepts(target));
            exporter.write(store.array("x"), target);
            assertThrows(
                    FileAlreadyExistsException.class,
                    () -> exporter.write(store.array("x"), target));
        }
        String expected = type + " x 500000: " + HexFormat.of().formatHex(rows);
        assertEquals(Map.of("out", expected), read(target));
    }

    @Test
    void exportsTheRowsOfAllParts() throws IOException {
        RowType type = RowType.of(DType.FLOAT64, 5);
        byte[] rows = Rows.random(type, 90_000, 2);
        Path path = directory.resolve("s.memmpy");
        Path target = directory.resolve("out.npy");
        int[] ends = {0, 30_000 * 40, 30_001 * 40, 90_000 * 40};
        try (Store store = Store.create(path)) {
            store.array("x", DType.FLOAT64, 5)
                    .append(MemorySegment.ofArray(Arrays.copyOf(rows, ends[1])));
            store.commit();
        }
        for (int i = 1; i < 3; i++) {
            Parts.add(path, "x", Arrays.copyOfRange(rows, ends[i], ends[i + 1]));
        }
        try (Store store = Store.open(path)) {
            assertEquals(3, store.array("x").parts());
            new NpyExporter().write(store.array("x"), target);
        }
        String expected = type + " x 90000: " + HexFormat.of().formatHex(rows);
        assertEquals(Map.of("out", expected), read(target));
    }
}
