// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Column;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.LoaderBuilder;
import org.memmpy.batch.MiniBatch;
import org.memmpy.format.BlockChecksums;
import org.memmpy.format.Manifest;
import org.memmpy.format.ZipMembers;
import org.memmpy.os.ReadableFile;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;
import org.memmpy.testing.Rows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A store in one file is what it was as a directory, for every reader. */
class PackTest {
    private static final int IMAGES = 5000;
    private static final byte[] PIXELS = Rows.random(RowType.of(DType.UINT8, 28, 28), IMAGES, 1);
    private static final byte[] MORE = Rows.random(RowType.of(DType.UINT8, 28, 28), 7, 2);

    @TempDir private Path directory;
    private Path path;
    private Path file;

    /** All kinds of nodes; the images have full blocks and three parts, two of another process. */
    @BeforeEach
    void createStore() throws IOException {
        path = directory.resolve("test.memmpy");
        file = directory.resolve("test.npz");
        try (Store store = Store.create(path)) {
            store.array("image", DType.UINT8, 28, 28).append(PIXELS);
            store.array("label", DType.INT32).append(labels(IMAGES, 0));
            store.array("free/none", DType.FLOAT32, 3);
            store.array("free/a:b", DType.BOOL).append(new boolean[] {true, false, true});
            store.array("free/a_b", DType.BFLOAT16).append(new short[] {1, 2});
            store.array("free/sorted", DType.INT64).append(new long[] {3, 1, 2});
            store.array("x.npy/jets ✓/pt", DType.FLOAT64, 2).append(new double[] {1, 2, 3, 4});
            store.createTable("cut");
            store.array("cut/a", DType.INT8).append(new byte[] {1, 2, 3});
            store.createGroup("empty/below");
            store.putValue("about/text", "line\none");
            store.putValue("about/numbers", List.of(1L, 2.5, Map.of("deep", List.of())));
            store.attributes("").set("name", "test");
            store.attributes("image").set("classes", List.of("shirt", "shoe"));
            store.attributes("about/text").set("language", "en");
            store.attributes("cut").set("n", 3L);
            store.commit();
        }
        addParts();
    }

    private static int[] labels(int count, int first) {
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (first + i) % 10;
        }
        return labels;
    }

    /** One part with checksums, and one that somebody brought without any. */
    private void addParts() throws IOException {
        Path other = directory.resolve("other.memmpy");
        try (Store store = Store.create(other)) {
            store.array("image", DType.UINT8, 28, 28).append(MORE);
            store.array("label", DType.INT32).append(labels(7, 0));
            store.commit();
        }
        Files.createDirectories(path.resolve(".parts/p"));
        for (String name : List.of("image", "label")) {
            Files.copy(other.resolve(name + ".npy"), path.resolve(".parts/p/" + name + ".npy"));
            Files.copy(other.resolve(name + ".npy"), path.resolve(name + "~9.npy"));
        }
        try (Store store = Store.edit(path)) {
            StoreWriter writer = store.requireWriter();
            long images = BlockChecksums.of(ByteBuffer.wrap(MORE));
            writer.link("image", new Manifest.Part(".parts/p/image.npy", 7, images));
            writer.link("image", new Manifest.Part("image~9.npy", 7, Manifest.Part.UNCHECKED));
            for (String part : List.of(".parts/p/label.npy", "label~9.npy")) {
                writer.link("label", new Manifest.Part(part, 7, Manifest.Part.UNCHECKED));
            }
            store.commit();
        }
    }

    private Path packed() throws IOException {
        try (Store store = Store.open(path)) {
            store.pack(file);
        }
        return file;
    }

    private void assertSame(Store expected, Store store) throws IOException {
        assertEquals(expected.uuid(), store.uuid());
        assertEquals(expected.generation(), store.generation());
        assertEquals(expected.walk(), store.walk());
        assertEquals(expected.groups(), store.groups());
        for (Node node : expected.walk()) {
            assertEquals(
                    expected.attributesOf(node.path()),
                    store.attributesOf(node.path()),
                    node::path);
        }
        for (String array : expected.arrays()) {
            MappedArray original = expected.array(array);
            MappedArray copy = store.array(array);
            assertEquals(original.rowType(), copy.rowType());
            assertEquals(original.rows(), copy.rows());
            if (copy.rows() > 0) {
                byte[] rows = new byte[(int) (original.rows() * original.rowType().bytes())];
                byte[] copied = new byte[rows.length];
                original.read(0, MemorySegment.ofArray(rows));
                copy.read(0, MemorySegment.ofArray(copied));
                assertArrayEquals(rows, copied, array);
            }
        }
        for (String value : List.of("about/text", "about/numbers")) {
            assertEquals(expected.value(value), store.value(value));
        }
    }

    @Test
    void packsAndUnpacksEveryKindOfNode() throws IOException {
        Path copy = directory.resolve("new/copy.memmpy");
        try (Store store = Store.open(path)) {
            store.pack(file);
            try (Store pack = Store.open(file)) {
                assertFalse(pack.isWritable());
                assertSame(store, pack);
            }
            Store.unpack(file, copy);
            try (Stream<Path> files = Files.list(copy)) {
                assertTrue(files.noneMatch(each -> each.toString().endsWith(".aside")));
            }
            try (Store unpacked = Store.open(copy)) {
                assertSame(store, unpacked);
            }
        }
        try (Store store = Store.edit(copy)) {
            long generation = store.generation();
            store.array("image").append(MORE);
            store.array("label").append(labels(7, 0));
            assertEquals(generation + 1, store.commit());
            assertEquals(IMAGES + 21, store.table().rows());
        }
    }

    @Test
    void packsAPackAndTheSameBytesAgain() throws IOException {
        packed();
        Path again = directory.resolve("again.npz");
        try (Store pack = Store.open(file)) {
            pack.pack(again);
            assertEquals(-1, Files.mismatch(file, again));
            pack.pack(file);
            assertEquals(-1, Files.mismatch(file, again));
            assertEquals(1, pack.array("label").getLong(1));
        }
    }

    @Test
    void aPacksPartsAreMergedAlignedAndNamedAsTheirNodes() throws IOException {
        packed();
        try (ReadableFile open = ReadableFile.open(file)) {
            ZipMembers members = ZipMembers.read(open, "test");
            for (ZipMembers.Member member : members.all()) {
                assertTrue(member.isStored());
                assertEquals(0, members.dataOffset(open, member) % 4096, member::name);
            }
            List<String> names = members.all().stream().map(ZipMembers.Member::name).toList();
            assertEquals(
                    List.of(
                            "image.npy",
                            "image.npy.crc",
                            "label.npy",
                            "free/none.npy",
                            "free/a_b.npy",
                            "free/a_b~3.npy",
                            "free/sorted.npy",
                            "x.npy_/jets ✓/pt.npy",
                            "cut/a.npy",
                            "about/text.value.json",
                            "about/numbers.value.json",
                            "memmpy-000003.json"),
                    names);
        }
        try (Store pack = Store.open(file);
                RowLease lease = pack.array("image").lease()) {
            assertEquals(1, lease.parts());
            assertEquals(0, lease.segment().address() % 4096);
            assertTrue(lease.segment().isReadOnly());
        }
    }

    @Test
    void everyVerbOfReading() throws IOException {
        packed();
        Store pack = Store.open(file);
        MappedArray image = pack.array("image");
        MappedArray label = pack.table().array("label");
        assertEquals(3, label.getLong(13));
        assertEquals(3.0, label.getDouble(13));
        assertEquals(PIXELS[784 + 5] & 0xff, image.getLong(1, 5));
        byte[] row = new byte[784];
        image.read(IMAGES + 1, ByteBuffer.wrap(row));
        assertArrayEquals(slice(MORE, 784), row);
        assertEquals("test", pack.attributes("").getString("name"));
        assertEquals(3, pack.table("cut").rows());
        LoaderBuilder builder = BatchLoader.builder(pack.table());
        try (BatchLoader loader =
                        builder.column(Column.column("image"))
                                .column(Column.column("label"))
                                .batchSize(64)
                                .build();
                Epoch epoch = loader.epoch(0)) {
            long rows = 0;
            while (epoch.hasNext()) {
                try (MiniBatch batch = epoch.next()) {
                    rows += batch.rows();
                }
            }
            assertEquals(IMAGES + 14, rows);
        }
        assertThrows(IllegalStateException.class, () -> image.append(row));
        assertThrows(IllegalStateException.class, pack::commit);
        assertThrows(IllegalStateException.class, () -> pack.putValue("v", 1L));
        RowLease lease = image.lease();
        pack.close();
        assertArrayEquals(
                slice(PIXELS, 0), lease.segment().asSlice(0, 784).toArray(ValueLayout.JAVA_BYTE));
        lease.close();
        assertThrows(IllegalStateException.class, () -> image.getLong(0));
        assertThrows(IllegalStateException.class, () -> pack.value("about/text"));
    }

    private static byte[] slice(byte[] bytes, int from) {
        return Arrays.copyOfRange(bytes, from, from + 784);
    }

    @Test
    void aWriterPacksWhatIsCommitted() throws IOException {
        try (Store store = Store.edit(path)) {
            store.array("image").append(MORE);
            store.array("fresh/x", DType.INT8);
            store.pack(file);
            try (Store pack = Store.open(file)) {
                assertEquals(IMAGES + 14, pack.array("image").rows());
                assertFalse(pack.exists("fresh"));
            }
        }
    }

    // ---- other programs

    @Test
    @EnabledIfNumPy
    void numPyAndZipfileReadIt() throws IOException {
        packed();
        String out =
                NumPy.run(
                        """
                        import zipfile
                        with zipfile.ZipFile(args[0]) as archive:
                            assert archive.testzip() is None
                        with np.load(args[0]) as pack:
                            print(pack['image'].shape, pack['image'].dtype, pack['label'][13])
                            print(pack['x.npy_/jets ✓/pt'].tolist(), pack['free/none'].shape)
                            pack['image'].tofile(args[1])
                        """,
                        file,
                        directory.resolve("raw"));
        assertEquals(
                "(5014, 28, 28) uint8 3\n[[1.0, 2.0], [3.0, 4.0]] (0, 3)", out, "NumPy's view");
        byte[] raw = Files.readAllBytes(directory.resolve("raw"));
        assertArrayEquals(PIXELS, Arrays.copyOf(raw, PIXELS.length));
        assertEquals(PIXELS.length + 2L * MORE.length, raw.length);
    }

    @Test
    void unzipMakesAStore() throws Exception {
        packed();
        Path copy = directory.resolve("unzipped");
        Process unzip;
        try {
            unzip =
                    new ProcessBuilder("unzip", "-q", file.toString(), "-d", copy.toString())
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            abort("no unzip: " + e.getMessage());
            return;
        }
        String output = new String(unzip.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, unzip.waitFor(), output);
        try (Store store = Store.open(path);
                Store extracted = Store.open(copy)) {
            assertSame(store, extracted);
        }
        try (Store store = Store.edit(copy)) {
            store.array("cut/a").append(new byte[1]);
            assertEquals(4, store.commit());
        }
    }

    // ---- refusals

    @Test
    void writesOverNothingButOlderPacksOfTheSameStore() throws IOException {
        Path other = directory.resolve("foreign.npz");
        try (Store store = Store.open(path);
                Store second = Store.open(directory.resolve("other.memmpy"))) {
            Files.writeString(other, "something");
            assertRefused(store, other, "no pack that can be read");
            second.pack(file);
            assertRefused(store, file, "another store");
            Files.createDirectory(directory.resolve("dir"));
            assertRefused(store, directory.resolve("dir"), "no file");
            assertThrows(
                    FileAlreadyExistsException.class,
                    () -> store.pack(directory.resolve("dir"), StoreOption.REPLACE));
            assertThrows(
                    IllegalArgumentException.class, () -> store.pack(file, StoreOption.FREE_ROOT));
            store.pack(file, StoreOption.REPLACE, StoreOption.NO_FORCE);
            store.pack(other, StoreOption.REPLACE);
            store.pack(file);
            assertEquals(-1, Files.mismatch(file, other));
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(0, files.filter(each -> each.toString().endsWith(".aside")).count());
        }
    }

    private static void assertRefused(Store store, Path file, String reason) {
        FileAlreadyExistsException e =
                assertThrows(FileAlreadyExistsException.class, () -> store.pack(file));
        assertTrue(e.getMessage().contains(reason), e.getMessage());
    }

    @Test
    void filesAreNotEdited() throws IOException {
        packed();
        var e = assertThrows(RuntimeException.class, () -> Store.edit(file));
        assertTrue(e.getMessage().contains("Store.unpack"), e.getMessage());
        assertThrows(FileAlreadyExistsException.class, () -> Store.create(file));
        assertThrows(FileAlreadyExistsException.class, () -> Store.unpack(file, path));
        assertThrows(FileAlreadyExistsException.class, () -> Store.unpack(file, directory));
        assertThrows(FileAlreadyExistsException.class, () -> Store.unpack(file, file));
    }

    @Test
    void damageIsNotPacked() throws IOException {
        Path image = path.resolve("image.npy");
        byte[] sound = Files.readAllBytes(image);
        byte[] damaged = sound.clone();
        damaged[4096 + BlockChecksums.BLOCK + 784 * 2] ^= 1;
        Files.write(image, damaged);
        assertNotPacked("array 'image'", "block 1", "image.npy");
        Files.write(image, sound);
        Path sums = path.resolve("image.npy.crc");
        byte[] words = Files.readAllBytes(sums);
        Files.delete(sums);
        assertNotPacked("array 'image'", "image.npy.crc", "missing");
        Files.write(sums, Arrays.copyOf(words, 5));
        assertNotPacked("array 'image'", "block 1", "cut");
        Files.write(sums, words);
        byte[] part = Files.readAllBytes(path.resolve(".parts/p/image.npy"));
        part[5000] ^= 1;
        Files.write(path.resolve(".parts/p/image.npy"), part);
        assertNotPacked("array 'image'", ".parts/p/image.npy", "block 0");
        part[5000] ^= 1;
        Files.write(path.resolve(".parts/p/image.npy"), part);
        Files.writeString(path.resolve("about/text.value.json"), "\"line\\ntwo\"");
        assertNotPacked("value 'about/text'", "checksum");
    }

    private void assertNotPacked(String... words) throws IOException {
        try (Store store = Store.open(path)) {
            var e = assertThrows(CorruptStoreException.class, () -> store.pack(file));
            for (String word : words) {
                assertTrue(e.getMessage().contains(word), e.getMessage());
            }
        }
        assertFalse(Files.exists(file));
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(2, files.count(), "nothing is left");
        }
    }

    @Test
    void tellsHowFarItIs() throws IOException {
        List<Long> told = new ArrayList<>();
        long[] totals = {-1};
        Progress progress =
                (bytes, total) -> {
                    told.add(bytes);
                    totals[0] = total;
                };
        Path copy = directory.resolve("copy.memmpy");
        try (Store store = Store.open(path)) {
            store.pack(file, progress);
        }
        requireGrowingTo(totals[0], told);
        Store.unpack(file, copy, progress);
        requireGrowingTo(totals[0], told);
    }

    private static void requireGrowingTo(long total, List<Long> told) {
        assertEquals(told.stream().sorted().distinct().toList(), told);
        assertEquals(total, told.getLast());
        told.clear();
    }
}
