// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.format.Manifest;
import org.memmpy.format.ManifestCodec;
import org.memmpy.testing.Rows;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Damage of every kind is found, and said to be where it is. */
class VerificationTest {
    private static final int BLOCK = 1 << 20;

    /** Its rows do not divide a block. */
    private static final RowType TYPE = RowType.of(DType.UINT8, 1000);

    private static final int ROWS = 4_500;
    private static final long BYTES = ROWS * TYPE.bytes();

    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    @BeforeEach
    void createStore() throws IOException {
        try (Store store = Store.create(path(), StoreOption.FREE_ROOT, StoreOption.NO_FORCE)) {
            MappedArray array = store.array("g/x", DType.UINT8, 1000);
            array.append(MemorySegment.ofArray(Rows.random(TYPE, ROWS, 1)));
            store.array("small", DType.INT32).append(new int[] {1, 2, 3});
            store.array("none", DType.INT32);
            store.putValue("v", "some text");
            store.commit();
        }
    }

    private VerificationReport verify(Verification what) throws IOException {
        try (Store store = Store.open(path())) {
            return store.verify(what);
        }
    }

    private void flip(String file, long at) throws IOException {
        try (RandomAccessFile data = new RandomAccessFile(path().resolve(file).toFile(), "rw")) {
            data.seek(at);
            int before = data.read();
            data.seek(at);
            data.write(before ^ 0x10);
        }
    }

    private void cut(String file, long length) throws IOException {
        try (RandomAccessFile data = new RandomAccessFile(path().resolve(file).toFile(), "rw")) {
            data.setLength(length);
        }
    }

    private VerificationReport.Problem onlyProblem() throws IOException {
        List<VerificationReport.Problem> problems = verify(Verification.all()).problems();
        assertEquals(1, problems.size(), problems::toString);
        return problems.getFirst();
    }

    @Test
    void aSoundStoreIsSound() throws IOException {
        VerificationReport report = verify(Verification.all());
        assertTrue(report.isSound(), report::toString);
        assertEquals(BYTES + 12 + "\"some text\"".length(), report.bytes());
        assertEquals(5 + 1 + 1 + 1, report.blocks(), "four full and the tail, tails, a value");
        assertEquals(0, report.uncheckedParts());
        assertEquals(2, report.generation());
        assertEquals(BYTES, verify(Verification.of("g")).bytes());
        assertEquals(BYTES, verify(Verification.of("g/x")).bytes());
        assertEquals(12, verify(Verification.of("small")).bytes());
        assertThrows(IllegalArgumentException.class, () -> verify(Verification.of("g/y")));
        assertThrows(IllegalArgumentException.class, () -> Verification.of("g//y"));
    }

    @Test
    void everyByteOfTheRowsCounts() throws IOException {
        Random random = new Random(5);
        List<Long> places = new ArrayList<>(List.of(0L, BYTES - 1));
        for (long block = 1; block <= BYTES / BLOCK; block++) {
            places.addAll(List.of(block * BLOCK - 1, block * BLOCK));
        }
        random.longs(20, 0, BYTES).forEach(places::add);
        for (long at : places) {
            flip("g/x.npy", 4096 + at);
            VerificationReport.Problem problem = onlyProblem();
            assertEquals("g/x", problem.node());
            assertEquals("g/x.npy", problem.file());
            assertEquals(at / BLOCK, problem.block());
            long row = at / TYPE.bytes();
            assertTrue(problem.firstRow() <= row && row < problem.firstRow() + problem.rows());
            assertTrue(problem.rows() <= 1 + BLOCK / TYPE.bytes() + 1);
            assertTrue(problem.found() >= 0 && problem.found() != problem.expected());
            String message = problem.message();
            assertTrue(
                    message.contains("array 'g/x'")
                            && message.contains("%08x".formatted(problem.expected()))
                            && message.contains("%08x".formatted(problem.found()))
                            && message.contains("block " + problem.block()),
                    message);
            flip("g/x.npy", 4096 + at);
        }
        assertTrue(verify(Verification.all()).isSound());
    }

    @Test
    void everyByteOfTheChecksumsCounts() throws IOException {
        for (int at = 0; at < 16; at++) {
            flip("g/x.npy.crc", at);
            VerificationReport.Problem problem = onlyProblem();
            assertEquals(at / 4, problem.block());
            assertEquals(0x10L << (at % 4 * 8), problem.found() ^ problem.expected());
            flip("g/x.npy.crc", at);
        }
    }

    @Test
    void everyByteOfTheHeaderThatMattersCounts() throws IOException {
        int unnoticed = 0;
        byte[] header = new byte[100];
        try (var in = Files.newInputStream(path().resolve("small.npy"))) {
            in.readNBytes(header, 0, header.length);
        }
        String text = new String(header, java.nio.charset.StandardCharsets.ISO_8859_1);
        int rows = text.indexOf("(3");
        for (int at = 0; at < text.indexOf('}'); at++) {
            flip("small.npy", at);
            List<VerificationReport.Problem> problems = verify(Verification.all()).problems();
            if (problems.isEmpty()) {
                unnoticed++;
                assertTrue(at == rows + 1 || text.charAt(at) == ' ' || at < 10, "byte " + at);
            } else {
                assertEquals("small.npy", problems.getFirst().file());
                assertEquals(-1, problems.getFirst().block());
            }
            flip("small.npy", at);
        }
        assertTrue(unnoticed < 10, unnoticed + " bytes of the header");
    }

    @Test
    void filesThatWereCutOrRemoved() throws IOException {
        for (long length :
                new long[] {4096 + BYTES - 1, 4096 + 3 * BLOCK, 4096 + 17, 4096, 100, 0}) {
            byte[] data = Files.readAllBytes(path().resolve("g/x.npy"));
            cut("g/x.npy", length);
            VerificationReport report = verify(Verification.all());
            assertFalse(report.isSound());
            report.problems().forEach(problem -> assertEquals("g/x.npy", problem.file()));
            VerificationReport.Problem last = report.problems().getLast();
            long firstCut = Math.max(0, length - 4096) / BLOCK;
            assertEquals(firstCut, last.block());
            assertEquals(firstCut * BLOCK / TYPE.bytes(), last.firstRow());
            assertEquals(ROWS, last.firstRow() + last.rows(), "all rows behind it");
            Files.write(path().resolve("g/x.npy"), data);
        }
        Files.delete(path().resolve("g/x.npy"));
        assertTrue(onlyProblem().message().contains("missing"));
    }

    @Test
    void checksumsThatAreMissing() throws IOException {
        cut("g/x.npy.crc", 10);
        VerificationReport.Problem problem = onlyProblem();
        assertEquals("g/x.npy.crc", problem.file());
        assertTrue(problem.message().contains("10 bytes, not 16"), problem::message);
        assertEquals(
                2 * BLOCK + BYTES % BLOCK,
                verify(Verification.of("g")).bytes(),
                "what can be checked is");
        Files.delete(path().resolve("g/x.npy.crc"));
        assertTrue(onlyProblem().message().contains("missing"));
        flip("g/x.npy", 4096 + BYTES - 1);
        assertEquals(2, verify(Verification.all()).problems().size(), "the tail has its own");
    }

    @Test
    void valuesAreVerified() throws IOException {
        flip("v.value.json", 3);
        VerificationReport.Problem problem = onlyProblem();
        assertEquals("v", problem.node());
        assertEquals("v.value.json", problem.file());
        assertTrue(verify(Verification.of("g")).isSound());
        Files.delete(path().resolve("v.value.json"));
        assertTrue(onlyProblem().message().contains("missing"));
    }

    @Test
    void filesWithoutChecksumsAreCounted() throws IOException {
        Manifest manifest = StoredSums.newest(path());
        Map<String, Manifest.Array> arrays = new LinkedHashMap<>(manifest.arrays());
        Manifest.Part part = arrays.get("g/x").parts().getFirst();
        Manifest.Part unchecked =
                new Manifest.Part(part.file(), part.rows(), Manifest.Part.UNCHECKED);
        arrays.put("g/x", new Manifest.Array(TYPE, List.of(unchecked), Map.of()));
        Manifest next =
                new Manifest(
                        manifest.uuid(),
                        3,
                        manifest.groups(),
                        arrays,
                        manifest.values(),
                        manifest.retired());
        Files.write(path().resolve("memmpy-000003.json"), ManifestCodec.encode(next));
        flip("g/x.npy", 5000);
        VerificationReport report = verify(Verification.all());
        assertTrue(report.isSound());
        assertEquals(1, report.uncheckedParts());
        try (Store store = Store.open(path(), StoreOption.CHECKED)) {
            assertEquals(ROWS, store.array("g/x").rows());
            assertEquals(Rows.random(TYPE, 1, 1)[0] & 0xff, store.array("g/x").getLong(0));
        }
        try (Store store = Store.edit(path())) {
            store.array("g/x").append(new byte[1000]);
            store.commit();
            assertEquals(1, store.verify(Verification.all()).uncheckedParts(), "and stay so");
        }
    }

    @Test
    void aSampleIsSoManyBlocksChosenBySeed() throws IOException {
        flip("g/x.npy", 4096 + 2 * BLOCK);
        Set<Boolean> found = new HashSet<>();
        for (long seed = 0; seed < 40; seed++) {
            VerificationReport report = verify(Verification.all().sample(0.3, seed));
            assertEquals(3, report.blocks(), "of eight");
            VerificationReport again = verify(Verification.all().sample(0.3, seed).threads(1));
            assertEquals(report, again);
            found.add(report.isSound());
        }
        assertEquals(Set.of(true, false), found);
        assertEquals(1, verify(Verification.all().sample(1e-9, 0)).blocks());
        assertEquals(verify(Verification.all()), verify(Verification.all().sample(1, 9)));
        for (double fraction : new double[] {0, -1, 1.1, Double.NaN}) {
            assertThrows(
                    IllegalArgumentException.class, () -> Verification.all().sample(fraction, 0));
        }
        assertThrows(IllegalArgumentException.class, () -> Verification.all().threads(0));
    }

    @Test
    void progressGrowsToTheTotal() throws IOException {
        try (Store store = Store.edit(path(), StoreOption.NO_FORCE)) {
            store.array("g/x").reserve(40 * BLOCK / 1000);
            store.commit();
        }
        for (int threads : new int[] {1, 2, 8}) {
            List<Long> steps = new ArrayList<>();
            Set<Long> totals = new HashSet<>();
            VerificationReport report =
                    verify(
                            Verification.all()
                                    .threads(threads)
                                    .progress(
                                            (bytes, total) -> {
                                                steps.add(bytes);
                                                totals.add(total);
                                            }));
            assertTrue(report.isSound());
            assertEquals(Set.of(report.bytes()), totals);
            assertEquals(steps.stream().sorted().distinct().toList(), steps);
            assertEquals(report.bytes(), steps.getLast());
            assertTrue(steps.size() >= 4, steps::toString);
        }
        IllegalStateException stop = new IllegalStateException("enough");
        assertEquals(
                stop,
                assertThrows(
                        IllegalStateException.class,
                        () ->
                                verify(
                                        Verification.all()
                                                .progress(
                                                        (bytes, total) -> {
                                                            throw stop;
                                                        }))));
    }

    @Test
    void aFileThatIsCutMeanwhileIsAProblem() throws IOException {
        boolean[] done = new boolean[1];
        VerificationReport report =
                verify(
                        Verification.of("g")
                                .threads(1)
                                .progress(
                                        (bytes, total) -> {
                                            done[0] = true;
                                        }));
        assertTrue(done[0] && report.isSound());
        try (Store store = Store.edit(path(), StoreOption.NO_FORCE)) {
            store.array("g/x").reserve(40 * BLOCK / 1000);
            store.commit();
            report =
                    store.verify(
                            Verification.all()
                                    .threads(1)
                                    .progress((bytes, total) -> cutQuietly(4096 + 5 * BLOCK)));
        }
        assertFalse(report.isSound());
        assertTrue(report.problems().getFirst().message().contains("was cut"), report::toString);
        assertEquals(16, report.problems().getFirst().block(), "the second piece");
    }

    private void cutQuietly(long length) {
        try {
            cut("g/x.npy", length);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void anInterruptEndsIt() throws IOException {
        Thread.currentThread().interrupt();
        assertThrows(
                java.util.concurrent.CancellationException.class, () -> verify(Verification.all()));
        assertTrue(Thread.interrupted());
    }

    @Test
    void everyPartOfAnArrayIsVerified() throws IOException {
        try (Store other = Store.create(directory.resolve("other"), StoreOption.NO_FORCE)) {
            MappedArray array = other.array("x", DType.UINT8, 1000);
            array.append(MemorySegment.ofArray(Rows.random(TYPE, 2_000, 2)));
            other.commit();
        }
        Files.createDirectories(path().resolve(".parts"));
        Files.move(directory.resolve("other"), path().resolve(".parts/p"));
        long tail =
                StoredSums.newest(path().resolve(".parts/p"))
                        .arrays()
                        .get("x")
                        .parts()
                        .getFirst()
                        .tail();
        try (Store store = Store.edit(path(), StoreOption.NO_FORCE)) {
            store.requireWriter().link("g/x", new Manifest.Part(".parts/p/x.npy", 2_000, tail));
            store.array("g/x").append(new byte[1000]);
            store.commit();
            assertEquals(6_501, store.array("g/x").rows());
        }
        assertTrue(verify(Verification.all()).isSound());
        flip(".parts/p/x.npy", 4096 + BLOCK);
        VerificationReport.Problem problem = onlyProblem();
        assertEquals(".parts/p/x.npy", problem.file());
        assertEquals(1, problem.block());
        assertEquals(ROWS + BLOCK / 1000, problem.firstRow());
        try (Store store = Store.open(path(), StoreOption.CHECKED)) {
            MappedArray array = store.array("g/x");
            assertEquals(Rows.random(TYPE, 1, 1)[0] & 0xff, array.getLong(0));
            String message =
                    assertThrows(CorruptStoreException.class, () -> array.getLong(ROWS))
                            .getMessage();
            assertEquals(problem.message(), message);
            assertEquals(0, array.getLong(6_500), "the last part is sound");
        }
    }

    @Test
    void aCheckedStoreReadsNothingThatIsDamaged() throws IOException {
        byte[] rows = Rows.random(TYPE, ROWS, 1);
        try (Store writer = Store.edit(path(), StoreOption.CHECKED, StoreOption.NO_FORCE);
                Store reader = Store.open(path(), StoreOption.CHECKED)) {
            assertEquals(rows[1000] & 0xff, reader.array("g/x").getLong(1));
            writer.array("g/x").append(new byte[2_000_000]);
            writer.commit();
            assertEquals(rows[2000] & 0xff, writer.array("g/x").getLong(2));
            flip("g/x.npy", 4096 + 3 * BLOCK); // found to be sound before: not read again
            reader.refresh();
            assertEquals(0, reader.array("g/x").getLong(6_499));
            writer.array("g/x").append(new byte[2_000_000]);
            writer.commit();
            flip("g/x.npy", 4096 + 8_400_000);
            reader.refresh();
            MappedArray array = reader.array("g/x");
            assertThrows(CorruptStoreException.class, () -> array.getLong(0));
            assertThrows(CorruptStoreException.class, array::lease);
            assertEquals(2, reader.array("small").getLong(1));
        }
        try (Store store = Store.open(path(), StoreOption.CHECKED)) {
            CorruptStoreException e =
                    assertThrows(
                            CorruptStoreException.class, () -> store.array("g/x").read(0, rows));
            assertTrue(e.getMessage().contains("g/x.npy, block 3, bytes"), e::getMessage);
        }
        try (Store store = Store.create(directory.resolve("new"), StoreOption.CHECKED)) {
            store.array("x", DType.INT8).append(new byte[] {1});
            store.commit();
            assertEquals(1, store.array("x").getLong(0));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void holdsTheGenerationThatItLooksAt(boolean byWriter) throws IOException {
        try (Store writer = Store.edit(path());
                Store reader = Store.open(path())) {
            List<Long> calls = new ArrayList<>();
            Progress once =
                    (at, total) -> {
                        calls.add(at);
                        if (calls.size() == 1) {
                            replaceAndVacuum(writer, reader);
                        }
                    };
            VerificationReport report =
                    (byWriter ? writer : reader)
                            .verify(Verification.all().threads(1).progress(once));
            assertTrue(report.isSound(), () -> report.problems().toString());
            assertTrue(calls.size() > 1);
            assertTrue(writer.vacuum().files() > 0, "now nobody holds them");
        }
    }

    private static void replaceAndVacuum(Store writer, Store reader) {
        try {
            for (int i = 0; i < 6; i++) {
                writer.replace("g/x", DType.UINT8, 1000).reserve(1);
                writer.replace("small", DType.INT32).append(new int[] {i});
                writer.putValue("v", "text " + i);
                writer.commit();
                reader.refresh();
            }
            writer.vacuum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void ofAPackThatWasReplacedLooksAtTheOldOne() throws IOException {
        Path file = directory.resolve("x.npz");
        try (Store writer = Store.edit(path(), StoreOption.NO_FORCE)) {
            writer.pack(file);
            try (Store pack = Store.open(file);
                    Store checked = Store.open(file, StoreOption.CHECKED)) {
                writer.replace("g/x", DType.UINT8, 1000)
                        .append(MemorySegment.ofArray(Rows.random(TYPE, ROWS / 2, 2)));
                writer.commit();
                writer.pack(file);
                VerificationReport report = pack.verify(Verification.all());
                assertTrue(report.isSound(), () -> report.problems().toString());
                assertEquals(ROWS, checked.array("g/x").rows());
                checked.array("g/x").lease().close();
            }
        }
    }
}
