// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import org.memmpy.CorruptStoreException;
import org.memmpy.UnsupportedFormatException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;

/** A manifest as the JSON document of docs/FORMAT.md, checksum included. */
public final class ManifestCodec {
    static final String FORMAT = "memmpy store";
    static final long VERSION = 1;

    /** The document's last member, always of this length, so that a reader can cut it off. */
    private static final String CHECKSUM = ",\n  \"crc32c\" : \"%08x\"\n}\n";

    private static final int CHECKSUM_BYTES = String.format(Locale.ROOT, CHECKSUM, 0).length();

    private ManifestCodec() {}

    /** {@return the bytes of a manifest file} */
    public static byte[] encode(Manifest manifest) {
        Map<String, Object> groups = new LinkedHashMap<>();
        manifest.groups().forEach((path, group) -> groups.put(path, encode(group)));
        Map<String, Object> arrays = new LinkedHashMap<>();
        manifest.arrays().forEach((path, array) -> arrays.put(path, encode(array)));
        Map<String, Object> values = new LinkedHashMap<>();
        manifest.values().forEach((path, value) -> values.put(path, encode(value)));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("format", FORMAT);
        document.put("version", VERSION);
        document.put("uuid", manifest.uuid().toString());
        document.put("generation", manifest.generation());
        document.put("groups", groups);
        document.put("arrays", arrays);
        document.put("values", values);
        document.put("retired", List.copyOf(manifest.retired()));

        byte[] json = Json.write(document);
        int body = json.length - "\n}".length();
        byte[] checksum =
                String.format(Locale.ROOT, CHECKSUM, crc(json, body))
                        .getBytes(StandardCharsets.US_ASCII);
        byte[] file = Arrays.copyOf(json, body + checksum.length);
        System.arraycopy(checksum, 0, file, body, checksum.length);
        return file;
    }

    private static Map<String, Object> encode(Manifest.Group group) {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("kind", group.kind().toString());
        return withAttributes(node, group.attributes());
    }

    private static Map<String, Object> encode(Manifest.Array array) {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("dtype", array.type().dtype().toString());
        node.put("rowShape", Arrays.stream(array.type().shape()).boxed().toList());
        node.put("rows", array.rows());
        node.put("parts", array.parts().stream().map(ManifestCodec::encode).toList());
        return withAttributes(node, array.attributes());
    }

    private static Map<String, Object> encode(Manifest.Part part) {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("file", part.file());
        node.put("rows", part.rows());
        if (part.tail() != Manifest.Part.UNCHECKED) {
            node.put("crc32c", hex(part.tail()));
        }
        return node;
    }

    private static Map<String, Object> encode(Manifest.Value value) {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("file", value.file());
        node.put("bytes", value.bytes());
        node.put("crc32c", hex(value.crc32c()));
        return withAttributes(node, value.attributes());
    }

    private static Map<String, Object> withAttributes(
            Map<String, Object> node, Map<String, Object> attributes) {
        if (!attributes.isEmpty()) {
            node.put("attributes", attributes);
        }
        return node;
    }

    private static String hex(long crc) {
        return String.format(Locale.ROOT, "%08x", crc);
    }

    private static long crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return crc.getValue();
    }

    /**
     * Reads a manifest file's bytes.
     *
     * @param file the bytes
     * @param source what to call the file in messages
     * @throws CorruptStoreException if the checksum does not fit or the content contradicts itself
     * @throws UnsupportedFormatException if a newer memmpy wrote it
     */
    public static Manifest decode(byte[] file, Object source) {
        ManifestDecoder decoder = new ManifestDecoder(source);
        if (!isIntact(file)) {
            throw decoder.corrupt("its " + file.length + " bytes do not end in their own checksum");
        }
        Object document;
        try {
            document = Json.parse(file);
        } catch (IOException e) {
            throw decoder.corrupt("it is no JSON document: " + e.getMessage());
        }
        return decoder.manifest(document);
    }

    /**
     * {@return whether a manifest file is as it was written: its bytes end in their own checksum}
     */
    public static boolean isIntact(byte[] file) {
        int body = file.length - CHECKSUM_BYTES;
        return body >= 0
                && String.format(Locale.ROOT, CHECKSUM, crc(file, body))
                        .equals(new String(file, body, CHECKSUM_BYTES, StandardCharsets.US_ASCII));
    }
}
