// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.NodeKind;
import org.memmpy.RowType;
import org.memmpy.UnsupportedFormatException;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;

class ManifestCodecTest {
    private static final Manifest MANIFEST = manifest();

    private static Manifest manifest() {
        Map<String, Manifest.Group> groups = new LinkedHashMap<>();
        groups.put("", new Manifest.Group(NodeKind.TABLE, Map.of("author", "somebody")));
        groups.put("jets", new Manifest.Group(NodeKind.GROUP));
        groups.put("jets/pt", new Manifest.Group(NodeKind.RAGGED));
        groups.put("jets/m", new Manifest.Group(NodeKind.MASKED, Map.of("fill_value", -1.5)));
        Map<String, Manifest.Array> arrays = new LinkedHashMap<>();
        arrays.put("image", array(RowType.of(DType.UINT8, 28, 28), part("image.npy", 10)));
        arrays.put(
                "label",
                array(RowType.of(DType.BFLOAT16), part("label~2.npy", 4), part("b.npy", 6)));
        arrays.put("jets/größe", array(RowType.of(DType.INT64), part("jets/größe.npy", 3)));
        arrays.put("jets/pt/values", array(RowType.of(DType.FLOAT32), part("v.npy", 7)));
        arrays.put("jets/pt/offsets", array(RowType.of(DType.INT64), part("o.npy", 3)));
        arrays.put("jets/m/values", array(RowType.of(DType.FLOAT32, 2), part("mv.npy", 5)));
        arrays.put("jets/m/mask", array(RowType.of(DType.BOOL, 2), part("mm.npy", 5)));
        Map<String, Manifest.Value> values =
                Map.of("notes", new Manifest.Value("notes.value.json", 5, 77, Map.of("a", 1L)));
        return new Manifest(
                new UUID(1, 2), 12, groups, arrays, values, Set.of("old.npy", "x/old.npy"));
    }

    private static Manifest.Array array(RowType type, Manifest.Part... parts) {
        return new Manifest.Array(type, List.of(parts), Map.of());
    }

    private static Manifest.Part part(String file, long rows) {
        return new Manifest.Part(file, rows, rows * 0x1234567);
    }

    private static String text() {
        return new String(ManifestCodec.encode(MANIFEST), StandardCharsets.UTF_8);
    }

    /** Puts the checksum right, so that the change reaches what is behind it. */
    private static byte[] sealed(String text) {
        int body = text.lastIndexOf(",\n  \"crc32c\"");
        CRC32C crc = new CRC32C();
        crc.update(text.substring(0, body).getBytes(StandardCharsets.UTF_8));
        String end = ",\n  \"crc32c\" : \"%08x\"\n}\n".formatted(crc.getValue());
        return (text.substring(0, body) + end).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void readsWhatItWrites() {
        assertEquals(MANIFEST, ManifestCodec.decode(ManifestCodec.encode(MANIFEST), "m.json"));
    }

    @Test
    void noticesEveryFlippedBitAndEveryCut() {
        byte[] bytes = ManifestCodec.encode(MANIFEST);
        for (int i = 0; i < bytes.length; i++) {
            byte[] flipped = bytes.clone();
            flipped[i] ^= (byte) (1 << (i % 8));
            assertThrows(
                    CorruptStoreException.class, () -> ManifestCodec.decode(flipped, "m.json"));
            byte[] cut = java.util.Arrays.copyOf(bytes, i);
            assertThrows(CorruptStoreException.class, () -> ManifestCodec.decode(cut, "m.json"));
        }
    }

    @Test
    void saysThatANewerMemmpyWroteIt() {
        byte[] newer = sealed(text().replace("\"version\" : 1", "\"version\" : 2"));
        String message =
                assertThrows(
                                UnsupportedFormatException.class,
                                () -> ManifestCodec.decode(newer, "m.json"))
                        .getMessage();
        assertEquals(
                "m.json: format version 2; this memmpy reads version 1. Use a newer memmpy",
                message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"file\" : \"image.npy\" | \"file\" : \"../image.npy\"",
                "\"file\" : \"image.npy\" | \"file\" : \"/etc/passwd\"",
                "\"file\" : \"b.npy\" | \"file\" : \"label~2.npy\"",
                "\"file\" : \"b.npy\" | \"file\" : \"image.npy\"",
                "\"file\" : \"b.npy\" | \"file\" : \"jets/gro\u0308ße.npy\"",
                "\"file\" : \"b.npy\" | \"file\" : \"C:b.npy\"",
                "\"file\" : \"b.npy\" | \"file\" : \"image.npy:b.npy\"",
                "notes.value.json | C:notes.value.json",
                "\"image\" : | \"../image\" :",
                "\"image\" : | \"nowhere/image\" :",
                "\"rows\" : 10 | \"rows\" : -10",
                "\"rows\" : 10 | \"rows\" : 99999999999999999999",
                "\"rows\" : 10 | \"rows\" : 9223372036854775807",
                "\"rows\" : 10 | \"rows\" : \"10\"",
                "[ 28, 28 ] | [ 28, 0 ]",
                "[ 28, 28 ] | [ 4294967296, 4294967296 ]",
                "\"uuid\" : \"0 | \"uuid\" : \"z",
                "\"\" : | \"a\" :",
                "\"kind\" : \"table\" | \"kind\" : 1",
                "\"file\" : \"b.npy\" | \"file\" : \"b.txt\"",
                "\"crc32c\" : \"0 | \"crc32c\" : \"-",
                "\"file\" : \"v.npy\", \"rows\" : 7 | \"file\" : \"v.npy\", \"rows\" : 8",
                "\"rows\" : 6 | \"rows\" : 7",
                "\"jets/pt/offsets\" | \"jets/pt/offset\"",
                "\"jets/m/mask\" | \"jets/m/task\"",
                "\"bytes\" : 5 | \"bytes\" : -5",
                "\"notes\" : | \"image\" :",
                "notes.value.json | ../notes.value.json",
                "\"groups\" : | \"gruppen\" :",
                "\"format\" : \"memmpy store\" | \"format\" : \"x\"",
                "\"generation\" : 12 | \"generation\" : 12, \"generation\" : 13",
            })
    void refusesContradictionsBehindAGoodChecksum(String from, String to) {
        String changed = text().replace(from, to);
        assertTrue(!changed.equals(text()), "the manifest has no " + from);
        assertThrows(
                CorruptStoreException.class, () -> ManifestCodec.decode(sealed(changed), "m.json"));
    }

    @Test
    void refusesTwoValuesInOneFile() {
        Manifest.Value value = MANIFEST.values().get("notes");
        Manifest shared =
                new Manifest(
                        MANIFEST.uuid(),
                        12,
                        MANIFEST.groups(),
                        MANIFEST.arrays(),
                        Map.of("notes", value, "other", value),
                        Set.of());
        byte[] json = ManifestCodec.encode(shared);
        String message =
                assertThrows(
                                CorruptStoreException.class,
                                () -> ManifestCodec.decode(json, "m.json"))
                        .getMessage();
        assertTrue(message.contains("notes.value.json"), message);
    }

    @Test
    void neverThrowsAnythingElse() {
        Random random = new Random(7);
        String text = text();
        String alphabet = "{}[]\",:0123456789-.eE\\ \nnulltrue";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder changed = new StringBuilder(text);
            int end = text.lastIndexOf(",\n  \"crc32c\"");
            for (int k = random.nextInt(4); k >= 0; k--) {
                char c = alphabet.charAt(random.nextInt(alphabet.length()));
                changed.setCharAt(random.nextInt(end), c);
            }
            try {
                ManifestCodec.decode(sealed(changed.toString()), "m.json");
            } catch (MemmpyException e) {
                assertTrue(e.getMessage().startsWith("m.json: "), e.getMessage());
            }
        }
    }
}
