// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.format.Manifest;
import org.memmpy.format.ManifestCodec;
import org.memmpy.format.NpyHeader;
import org.memmpy.store.Node;
import org.memmpy.store.RowLease;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.memmpy.transfer.NpzImporter;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Opens damaged and hostile files: whatever is in them, only our exceptions come out, soon, and
 * nothing outside the store is touched. Half of the cases have their checksums put right, so that
 * what is behind them is reached.
 *
 * <p>100,000 cases a test: {@code mvn test -pl memmpy-store -Dtest=FuzzTest -Dmemmpy.fuzz=100000}.
 * A case that fails names its seed.
 */
@Timeout(1800)
class FuzzTest {
    private static final int CASES = Integer.getInteger("memmpy.fuzz", 1000);

    @TempDir private Path directory;

    /** One case; anything but our exceptions fails. */
    private interface Case {
        void run(Mutation mutation) throws IOException;
    }

    private static void fuzz(Case tried) {
        int understood = 0;
        for (int seed = 0; seed < CASES; seed++) {
            try {
                tried.run(new Mutation(seed));
                understood++;
            } catch (MemmpyException | IOException | UncheckedIOException e) {
                assertTrue(e.getMessage() != null && !e.getMessage().isEmpty(), "no message");
            } catch (RuntimeException | Error e) {
                throw new AssertionError("the case of seed " + seed + " ended with " + e, e);
            }
        }
        assertTrue(understood < CASES, "nothing was damaged");
    }

    @BeforeEach
    void makeStore() throws IOException {
        try (Store store = Store.create(store(), StoreOption.FREE_ROOT)) {
            store.array("image", DType.UINT8, 4, 4).append(new byte[16 * 100]);
            store.array("jets/pt", DType.FLOAT32).append(new float[300]);
            store.createTable("events");
            store.array("events/id", DType.INT64).append(new long[7]);
            store.array("events/flag", DType.BOOL).append(new boolean[7]);
            store.attributes("image").set("unit", Map.of("name", List.of("mm", 1, 2.5)));
            store.putValue("notes", "some text");
            store.commit();
        }
    }

    private Path store() {
        return directory.resolve("fuzz.memmpy");
    }

    private byte[] manifest() throws IOException {
        return Files.readAllBytes(store().resolve("memmpy-000002.json"));
    }

    /** A manifest whose last member fits what is before it. */
    private static byte[] sealed(String text) {
        int end = text.lastIndexOf(",\n  \"crc32c\"");
        byte[] body =
                text.substring(0, end < 0 ? text.length() : end).getBytes(StandardCharsets.UTF_8);
        CRC32C crc = new CRC32C();
        crc.update(body);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(body);
        String last = String.format(Locale.ROOT, ",\n  \"crc32c\" : \"%08x\"\n}\n", crc.getValue());
        out.writeBytes(last.getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    private static byte[] mutated(byte[] manifest, Mutation mutation) {
        String text = new String(manifest, StandardCharsets.UTF_8);
        return mutation.coin() ? sealed(mutation.ofText(text)) : mutation.ofBytes(manifest);
    }

    @Test
    void manifests() throws IOException {
        byte[] original = manifest();
        fuzz(
                mutation -> {
                    Manifest read = ManifestCodec.decode(mutated(original, mutation), "m.json");
                    for (Manifest.Array array : read.arrays().values()) {
                        array.parts().forEach(part -> requireInside(part.file()));
                    }
                    read.values().values().forEach(value -> requireInside(value.file()));
                });
    }

    private static void requireInside(String file) {
        Path root = Path.of("/store");
        assertTrue(root.resolve(file).normalize().startsWith(root), file);
    }

    @Test
    void stores() throws IOException {
        byte[] original = manifest();
        fuzz(
                mutation -> {
                    Path newest = store().resolve("memmpy-000002.json");
                    Files.write(newest, mutated(original, mutation));
                    try (Store store = Store.open(store())) {
                        readAll(store);
                    }
                });
    }

    @Test
    void arrayFilesOfStores() throws IOException {
        byte[] original = Files.readAllBytes(store().resolve("image.npy"));
        fuzz(
                mutation -> {
                    Files.write(store().resolve("image.npy"), mutation.ofBytes(original));
                    try (Store store = Store.open(store())) {
                        store.array("image").getLong(99, 15);
                        if (mutation.below(4) == 0) {
                            throw new IOException("opened"); // the damage is in the rows
                        }
                    }
                });
    }

    /** Touches everything that a reader can reach. */
    static void readAll(Store store) throws IOException {
        for (Node node : store.walk()) {
            store.attributes(node.path()).asMap();
            switch (node.kind()) {
                case ARRAY -> {
                    try (RowLease lease = store.array(node.path()).lease()) {
                        for (int part = 0; part < lease.parts(); part++) {
                            lease.segment(part);
                        }
                    }
                }
                case TABLE -> store.table(node.path()).rows();
                case VALUE -> store.value(node.path());
                case RAGGED, MASKED -> store.components(node.path());
                case GROUP -> store.list(node.path());
            }
        }
    }

    @Test
    void npyHeaders() {
        byte[] ours = NpyHeader.encode(RowType.of(DType.FLOAT32, 3, 5), 77);
        String text = "{'descr': '<f4', 'fortran_order': False, 'shape': (77, 3, 5), }";
        fuzz(
                mutation -> {
                    byte[] bytes =
                            mutation.coin()
                                    ? mutation.ofBytes(ours)
                                    : header(1 + mutation.below(3), hostile(text, mutation));
                    NpyHeader header = NpyHeader.read(new ByteArrayInputStream(bytes), "x.npy");
                    header.dtype("x.npy");
                });
    }

    private static String hostile(String text, Mutation mutation) {
        String json = mutation.ofText(text.replace('\'', '"'));
        return mutation.coin() ? json.replace('"', '\'') : json;
    }

    /** A header whose length fits its text. */
    private static byte[] header(int version, String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        for (int i = 0; i < (version == 1 ? 2 : 4); i++) {
            out.write(body.length >>> (8 * i));
        }
        out.writeBytes(body);
        return out.toByteArray();
    }

    @Test
    void npzFiles() throws IOException {
        byte[] npy = npy();
        byte[] original = npz(npy, npy, "x.npy", "y.npy");
        Path file = directory.resolve("fuzz.npz");
        fuzz(
                mutation -> {
                    byte[] bytes =
                            mutation.coin()
                                    ? mutation.ofBytes(original)
                                    : npz(
                                            mutation.ofBytes(npy),
                                            bomb(mutation),
                                            "a/b.npy",
                                            "c.npy");
                    Files.write(file, bytes);
                    long[] taken = {0};
                    new NpzImporter()
                            .read(
                                    file,
                                    (name, type, rows) -> values -> taken[0] += values.byteSize());
                    assertTrue(taken[0] <= 4096L * bytes.length, () -> taken[0] + " bytes");
                });
    }

    private static byte[] npy() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(header(1, "{'descr': '>i2', 'fortran_order': True, 'shape': (5, 3), }"));
        out.writeBytes(new byte[30]);
        return out.toByteArray();
    }

    /** Zeros that inflate a thousandfold, behind a header that claims anything. */
    private static byte[] bomb(Mutation mutation) {
        String text = "{'descr': '|u1', 'fortran_order': False, 'shape': (65536, 2), }";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(header(2, hostile(text, mutation)));
        out.writeBytes(new byte[1 << 17]);
        return out.toByteArray();
    }

    private static byte[] npz(byte[] stored, byte[] deflated, String name, String other)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            ZipEntry entry = new ZipEntry(name);
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(stored.length);
            CRC32 crc = new CRC32();
            crc.update(stored);
            entry.setCrc(crc.getValue());
            zip.putNextEntry(entry);
            zip.write(stored);
            zip.putNextEntry(new ZipEntry(other));
            try (InputStream in = new ByteArrayInputStream(deflated)) {
                in.transferTo(zip);
            }
        }
        return out.toByteArray();
    }
}
