// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.os.ReadableFile;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;
import org.memmpy.testing.Rows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

class FortranImportTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8",
            })
    @EnabledIfNumPy
    void readsWhatNumPyWrites(String dtype) throws IOException {
        String names =
                NumPy.run(
                        """
                        names = []
                        rng = np.random.default_rng(1)
                        for order in '<>':
                            for shape in [(5, 3), (1, 7), (7, 1), (70, 130), (4, 3, 2), (70, 5, 17), (3, 2, 5, 4)]:
                                for version in [(1, 0), (2, 0), (3, 0)]:
                                    a = rng.integers(0, 100, shape).astype(order + args[1])
                                    f = np.asfortranarray(a)
                                    name = '%s%d-%d' % ('be' if order == '>' else 'le', len(names), version[0])
                                    with open('%s/%s.npy' % (args[0], name), 'wb') as file:
                                        np.lib.format.write_array(file, f, version=version)
                                    little = np.ascontiguousarray(a).astype('<' + args[1])
                                    little.tofile('%s/%s.bin' % (args[0], name))
                                    names.append(name)
                        arrays = {n: np.load('%s/%s.npy' % (args[0], n)) for n in names}
                        assert sum(not a.flags.c_contiguous for a in arrays.values()) == 5 * 6
                        np.savez(args[0] + '/stored.npz', **arrays)
                        np.savez_compressed(args[0] + '/deflated.npz', **arrays)
                        print(' '.join(names))
                        """,
                        directory, dtype);
        Map<String, String> all = new HashMap<>();
        for (String name : names.split(" ")) {
            Map<String, String> read = TransferTest.read(directory.resolve(name + ".npy"));
            byte[] expected = Files.readAllBytes(directory.resolve(name + ".bin"));
            assertTrue(read.get(name).endsWith(": " + HexFormat.of().formatHex(expected)), name);
            all.putAll(read);
        }
        assertEquals(all, TransferTest.read(directory.resolve("stored.npz")));
        assertEquals(all, TransferTest.read(directory.resolve("deflated.npz")));
    }

    /** Blocks of one row, of some, of all; columns read one by one, together and at once. */
    @ParameterizedTest
    @CsvSource({
        "INT8, 100, 40000, 3, 1", "INT8, 1000, 40000, 3, 1", "INT16, 3000, 30, 5, 7",
        "INT32, 1, 9, 4, 3", "INT64, 4096, 300, 2, 3", "FLOAT32, 100000000, 20, 65, 2",
        "FLOAT64, 100000, 100000, 2, 1", "UINT16, 7000, 20011, 5, 1",
    })
    void turnsBlocks(DType dtype, long blockBytes, int rows, int first, int second)
            throws IOException {
        RowType type = RowType.of(dtype, first, second);
        byte[] inOrder = Rows.random(type, rows, 1);
        int size = dtype.bytes();
        byte[] fortran = new byte[100 + inOrder.length];
        for (int i = 0, from = 0; i < rows; i++) {
            for (int j = 0; j < first; j++) {
                for (int k = 0; k < second; k++, from += size) {
                    int to = 100 + (i + rows * (j + first * k)) * size;
                    System.arraycopy(inOrder, from, fortran, to, size);
                }
            }
        }
        Path path = Files.write(directory.resolve("x"), fortran);
        ByteArrayOutputStream found = new ByteArrayOutputStream();
        try (ReadableFile file = ReadableFile.open(path)) {
            FortranRows.copy(
                    file,
                    100,
                    "x",
                    type,
                    false,
                    rows,
                    piece -> {
                        assertEquals(0, piece.byteSize() % type.bytes());
                        found.writeBytes(Rows.bytes(piece));
                    },
                    blockBytes);
        }
        assertArrayEquals(inOrder, found.toByteArray());
    }

    private static byte[] npy(String descr, String shape, int dataBytes) {
        String text =
                "{'descr': '%s', 'fortran_order': True, 'shape': %s, }\n".formatted(descr, shape);
        ByteBuffer bytes = ByteBuffer.allocate(10 + text.length() + dataBytes);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length(), 0});
        return bytes.put(text.getBytes(StandardCharsets.US_ASCII)).array();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "(3, 2) | 23",
                "(4611686018427387904, 2) | 24",
                "(1000000000, 100) | 24",
            })
    void refusesWhatIsNotThere(String shape, int dataBytes) throws IOException {
        Path path = Files.write(directory.resolve("x.npy"), npy("<i4", shape, dataBytes));
        Importer.Target untouched =
                (name, type, rows) -> {
                    throw new AssertionError("an array was made");
                };
        String message =
                assertThrows(
                                CorruptStoreException.class,
                                () -> new NpyImporter().read(path, untouched))
                        .getMessage();
        assertTrue(message.contains("x.npy") && message.contains(shape), message);
    }

    @Test
    void aFileThatIsCutMeanwhileIsAnError() throws IOException {
        Path path = Files.write(directory.resolve("x"), new byte[1000]);
        try (ReadableFile file = ReadableFile.open(path)) {
            RowType type = RowType.of(DType.INT16, 50);
            String message =
                    assertThrows(
                                    CorruptStoreException.class,
                                    () ->
                                            FortranRows.copy(
                                                    file, 1, "x", type, false, 10, piece -> {}))
                            .getMessage();
            assertTrue(message.startsWith("x: its data ends 1,000 bytes into the file"), message);
        }
    }

    @Test
    void noTemporaryFileStays() throws IOException {
        Path spills = Files.createDirectory(directory.resolve("spills"));
        NpzImporter importer = new NpzImporter(spills);
        Path path = directory.resolve("x.npz");
        Npz.write(path, "a.npy", npy("<i4", "(3, 2)", 24));
        long[] taken = new long[1];
        Importer.Target target =
                (name, type, rows) -> {
                    assertFalse(isEmpty(spills));
                    return piece -> taken[0] += piece.byteSize();
                };
        importer.read(path, target);
        assertEquals(24, taken[0]);
        assertTrue(isEmpty(spills));
        Importer.Target failing =
                (name, type, rows) -> {
                    throw new IOException("simulated");
                };
        assertThrows(IOException.class, () -> importer.read(path, failing));
        assertTrue(isEmpty(spills));
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (var files = Files.newDirectoryStream(directory)) {
            return !files.iterator().hasNext();
        }
    }
}
