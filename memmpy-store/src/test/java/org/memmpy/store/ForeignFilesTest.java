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
import org.junit.jupiter.params.provider.CsvSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.UnsupportedFormatException;
import org.memmpy.format.NpyHeader;
import org.memmpy.format.ZipStoredWriter;
import org.memmpy.os.Disk;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** What NumPy wrote is read where it lies, or refused with the reason. */
class ForeignFilesTest {
    @TempDir private Path directory;

    private Path numPy(String script, String name) {
        Path file = directory.resolve(name);
        NumPy.run(script, file);
        return file;
    }

    @Test
    @EnabledIfNumPy
    void anArchiveOfNumPy() throws IOException {
        Path file =
                numPy(
                        """
                        np.savez(args[0], image=np.arange(24, dtype='u1').reshape(2, 3, 4),
                            X=np.arange(6, dtype='<f8'), x=np.zeros((0, 5), 'i8'),
                            **{'jets/pt': np.array([True, False]), 'jets/a:b': np.ones(3, '<f2')})
                        """,
                        "test.npz");
        try (Store store = Store.open(file)) {
            assertEquals(List.of("image", "X", "x", "jets/pt", "jets/a:b"), store.arrays());
            assertEquals(List.of("", "jets"), store.groups());
            assertFalse(store.isTable(""), "image and X differ in rows");
            assertEquals(1, store.generation());
            assertEquals(RowType.of(DType.UINT8, 3, 4), store.array("image").rowType());
            assertEquals(23, store.array("image").getLong(1, 11));
            assertEquals(5.0, store.array("X").getDouble(5));
            assertEquals(0, store.array("x").rows());
            assertEquals(1, store.array("jets/pt").getLong(0));
            double[] all = new double[6];
            store.array("X").read(0, all);
            assertArrayEquals(new double[] {0, 1, 2, 3, 4, 5}, all);
            UUID uuid = store.uuid();
            try (Store again = Store.open(file)) {
                assertEquals(uuid, again.uuid());
            }
            assertFalse(store.refresh());
            Path pack = directory.resolve("pack.npz");
            store.pack(pack);
            Store.unpack(pack, directory.resolve("unpacked"));
            try (Store unpacked = Store.edit(directory.resolve("unpacked"))) {
                assertEquals(5.0, unpacked.array("X").getDouble(5));
                unpacked.array("X").append(new double[] {6});
                assertEquals(2, unpacked.commit());
            }
        }
        assertThrows(UnsupportedFormatException.class, () -> Store.edit(file));
        Path copy = directory.resolve("copy");
        var e = assertThrows(UnsupportedFormatException.class, () -> Store.unpack(file, copy));
        assertTrue(e.getMessage().contains("memmpy import"), e.getMessage());
        assertFalse(Files.exists(copy));
    }

    @Test
    @EnabledIfNumPy
    void aSingleFile() throws IOException {
        Path file = numPy("np.save(args[0], np.arange(6, dtype='<i4').reshape(3, 2))", "abc.npy");
        try (Store store = Store.open(file)) {
            assertTrue(store.isTable(""), "for a loader");
            assertEquals(List.of("abc"), store.arrays());
            assertEquals(5, store.array("abc").getLong(2, 1));
            assertEquals(3, store.array("abc").rows());
        }
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        assertThrows(CorruptStoreException.class, () -> Store.open(file));
        for (int length = 6; length < bytes.length; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThrows(CorruptStoreException.class, () -> Store.open(file));
        }
        for (int i = 6; i < bytes.length - 24; i++) {
            byte[] flipped = bytes.clone();
            flipped[i] ^= (byte) (1 << (i % 8));
            Files.write(file, flipped);
            try (Store store = Store.open(file)) {
                MappedArray array = store.array("abc");
                assertTrue(array.rows() * array.rowType().bytes() <= 24);
            } catch (MemmpyException e) {
                assertTrue(e.getMessage().contains("abc.npy"), e.getMessage());
            }
        }
    }

    @ParameterizedTest
    @EnabledIfNumPy
    @CsvSource(
            delimiter = '|',
            value = {
                "np.zeros((2, 3), order='F') | Fortran order",
                "np.zeros(3, '>i4') | big endian",
                "np.float64(3) | single value",
                "np.array(['a', 'b']) | strings",
                "np.zeros(2, 'c8') | complex",
                "np.zeros(2, [('a', 'i4')]) | structured",
                "np.array([None, {}]) | objects",
                "np.zeros((3, 0)) | at least 1",
            })
    void whatCannotBeMapped(String array, String reason) {
        Path file = numPy("np.savez(args[0], good=np.zeros(3), bad=" + array + ")", "test.npz");
        assertRefused(file, "bad.npy", reason);
        Path single = numPy("np.save(args[0], " + array + ")", "single.npy");
        assertRefused(single, "single.npy", reason);
    }

    private static void assertRefused(Path file, String... words) {
        var e = assertThrows(UnsupportedFormatException.class, () -> Store.open(file));
        for (String word : words) {
            assertTrue(e.getMessage().contains(word), e.getMessage());
        }
    }

    @Test
    @EnabledIfNumPy
    void compressedArchives() {
        Path file = numPy("np.savez_compressed(args[0], a=np.zeros(3))", "test.npz");
        assertRefused(file, "a.npy", "compressed", "memmpy import");
    }

    // ---- made by hand

    private Path archive(String... names) throws IOException {
        byte[] rows = Arrays.copyOf(NpyHeader.encode(RowType.of(DType.INT8), 3), 4099);
        Path file = directory.resolve("hand.npz");
        Files.deleteIfExists(file);
        try (Disk.DiskFile out = Disk.REAL.create(file)) {
            ZipStoredWriter zip = new ZipStoredWriter(out);
            for (String name : names) {
                zip.begin(name, rows.length);
                zip.write(ByteBuffer.wrap(rows));
                zip.end();
            }
            zip.finish();
        }
        return file;
    }

    @Test
    void namesThatCannotBe() throws IOException {
        assertRefused(archive("a.npy", "b?.npy"), "b?.npy", "name");
        assertRefused(archive("a.npy", "b/.npy"), "b/.npy", "name");
        assertRefused(archive("a.npy", "a/b.npy"), "'a'", "both an array and a group");
        assertRefused(archive("\u00e4.npy", "a\u0308.npy"), "two members");
        assertRefused(archive("README"), "no .npy member");
        assertRefused(archive(), "no .npy member");
        assertRefused(archive("s/memmpy-000001.json", "s/a.npy"), "folder");
        try (Store store = Store.open(archive("a.npy", "README", "d/e/f.npy"))) {
            assertEquals(List.of("a", "d/e/f"), store.arrays());
            assertEquals(0, store.array("d/e/f").getLong(2));
        }
    }

    @Test
    void foldersWithoutEnd() throws IOException {
        String[] names = new String[400];
        for (int i = 0; i < names.length; i++) {
            names[i] = (char) ('a' + i % 26) + "" + i + "/x".repeat(700) + ".npy";
        }
        assertRefused(archive(names), "nested folders");
    }

    @Test
    void longerThanItsHeaderSays() throws IOException {
        Path file = archive("a.npy");
        byte[] bytes = Files.readAllBytes(file);
        String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
        bytes[text.indexOf("(3,)") + 1] = '2';
        Files.write(file, bytes);
        assertThrows(CorruptStoreException.class, () -> Store.open(file));
        bytes[text.indexOf("(3,)") + 1] = '4';
        Files.write(file, bytes);
        assertThrows(CorruptStoreException.class, () -> Store.open(file));
    }
}
