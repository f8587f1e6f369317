// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.UnsupportedFormatException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;

/** A manifest as the JSON document of docs/FORMAT.md, checksum included. */
public final class ManifestCodec {
    private static final String FORMAT = "memmpy store";
    private static final long VERSION = 1;

    /** The document's last member, always of this length, so that a reader can cut it off. */
    private static final String CHECKSUM = ",\n  \"crc32c\" : \"%08x\"\n}\n";

    private static final int CHECKSUM_BYTES = CHECKSUM.formatted(0).length();

    private final Object source;

    private ManifestCodec(Object source) {
        this.source = source;
    }

    /** {@return the bytes of a manifest file} */
    public static byte[] encode(Manifest manifest) {
        Map<String, Object> groups = new LinkedHashMap<>();
        manifest.groups()
                .forEach((path, group) -> groups.put(path, Map.of("table", group.table())));
        Map<String, Object> arrays = new LinkedHashMap<>();
        manifest.arrays().forEach((path, array) -> arrays.put(path, encode(array)));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("format", FORMAT);
        document.put("version", VERSION);
        document.put("uuid", manifest.uuid().toString());
        document.put("generation", manifest.generation());
        document.put("groups", groups);
        document.put("arrays", arrays);

        byte[] json = Json.write(document);
        int body = json.length - "\n}".length();
        byte[] checksum = CHECKSUM.formatted(crc(json, body)).getBytes(StandardCharsets.US_ASCII);
        byte[] file = Arrays.copyOf(json, body + checksum.length);
        System.arraycopy(checksum, 0, file, body, checksum.length);
        return file;
    }

    private static Map<String, Object> encode(Manifest.Array array) {
        Map<String, Object> part = new LinkedHashMap<>();
        part.put("file", array.file());
        part.put("rows", array.rows());
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("dtype", array.type().dtype().toString());
        node.put("rowShape", Arrays.stream(array.type().shape()).boxed().toList());
        node.put("rows", array.rows());
        node.put("parts", List.of(part));
        return node;
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
        ManifestCodec codec = new ManifestCodec(source);
        if (!isIntact(file)) {
            throw codec.corrupt("its " + file.length + " bytes do not end in their own checksum");
        }
        Object document;
        try {
            document = Json.parse(file);
        } catch (IOException e) {
            throw codec.corrupt("it is no JSON document: " + e.getMessage());
        }
        return codec.manifest(codec.cast(document, Map.class, "the document"));
    }

    /**
     * {@return whether a manifest file is as it was written: its bytes end in their own checksum}
     */
    public static boolean isIntact(byte[] file) {
        int body = file.length - CHECKSUM_BYTES;
        return body >= 0
                && CHECKSUM.formatted(crc(file, body))
                        .equals(new String(file, body, CHECKSUM_BYTES, StandardCharsets.US_ASCII));
    }

    private Manifest manifest(Map<?, ?> document) {
        if (!FORMAT.equals(document.get("format"))) {
            throw corrupt("'format' is not '" + FORMAT + "'");
        }
        long version = member(document, "version", Long.class);
        if (version != VERSION) {
            throw new UnsupportedFormatException(
                    "%s: format version %d; this memmpy reads version %d. Use a newer memmpy"
                            .formatted(source, version, VERSION));
        }
        Map<String, Manifest.Group> groups = new LinkedHashMap<>();
        Map<?, ?> groupNode = member(document, "groups", Map.class);
        for (Map.Entry<?, ?> entry : groupNode.entrySet()) {
            String path = (String) entry.getKey();
            Map<?, ?> node = cast(entry.getValue(), Map.class, "group '" + path + "'");
            requireSafe(path);
            groups.put(path, new Manifest.Group(member(node, "table", Boolean.class)));
        }
        Map<String, Manifest.Array> arrays = new LinkedHashMap<>();
        Map<?, ?> arrayNode = member(document, "arrays", Map.class);
        for (Map.Entry<?, ?> entry : arrayNode.entrySet()) {
            String path = (String) entry.getKey();
            requireSafe(path);
            arrays.put(path, array(path, cast(entry.getValue(), Map.class, path)));
        }
        requireGroups(groups, arrays);
        long generation = member(document, "generation", Long.class);
        Manifest manifest = new Manifest(uuid(document), generation, groups, arrays);
        manifest.unequalTable()
                .ifPresent(
                        unequal -> {
                            throw corrupt(unequal);
                        });
        return manifest;
    }

    private UUID uuid(Map<?, ?> document) {
        try {
            return UUID.fromString(member(document, "uuid", String.class));
        } catch (IllegalArgumentException e) {
            throw corrupt("its uuid is none");
        }
    }

    private Manifest.Array array(String path, Map<?, ?> node) {
        String name = member(node, "dtype", String.class);
        DType dtype =
                DType.ofName(name)
                        .orElseThrow(
                                () ->
                                        new UnsupportedFormatException(
                                                "%s: array '%s' has the unknown dtype '%s'. Use a newer memmpy"
                                                        .formatted(source, path, name)));
        List<?> dimensions = member(node, "rowShape", List.class);
        long[] shape = new long[dimensions.size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = cast(dimensions.get(i), Long.class, "a row dimension of '" + path + "'");
        }
        List<?> parts = member(node, "parts", List.class);
        if (parts.size() != 1) {
            throw new UnsupportedFormatException(
                    "%s: array '%s' has %d parts; this memmpy reads one. Use a newer memmpy"
                            .formatted(source, path, parts.size()));
        }
        Map<?, ?> part = cast(parts.get(0), Map.class, "the part of '" + path + "'");
        String file = member(part, "file", String.class);
        long rows = member(node, "rows", Long.class);
        if (!file.endsWith(".npy")) {
            throw corrupt("the file '" + file + "' of array '" + path + "' is no .npy file");
        }
        requireSafe(file);
        try {
            RowType type = RowType.of(dtype, shape);
            if (rows < 0 || rows != member(part, "rows", Long.class)) {
                throw corrupt("array '" + path + "' has " + rows + " rows, its part others");
            }
            Math.addExact(NpyHeader.BYTES, Math.multiplyExact(rows, type.bytes()));
            return new Manifest.Array(type, rows, file);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw corrupt("array '" + path + "': " + e.getMessage());
        }
    }

    private void requireSafe(String path) {
        if (!path.isEmpty() && !NodeNames.staysInside(path)) {
            throw corrupt("the path '" + path + "' would leave the store");
        }
    }

    private void requireGroups(
            Map<String, Manifest.Group> groups, Map<String, Manifest.Array> arrays) {
        if (!groups.containsKey("")) {
            throw corrupt("the root group is missing");
        }
        for (String group : groups.keySet()) {
            if (!groups.containsKey(NodeNames.parent(group))) {
                throw corrupt("the group above '" + group + "' is missing");
            }
        }
        for (String array : arrays.keySet()) {
            if (array.isEmpty() || !groups.containsKey(NodeNames.parent(array))) {
                throw corrupt("the group of array '" + array + "' is missing");
            }
            if (groups.containsKey(array)) {
                throw corrupt("'" + array + "' is both an array and a group");
            }
        }
    }

    private <T> T member(Map<?, ?> object, String name, Class<T> type) {
        return cast(object.get(name), type, "'" + name + "'");
    }

    private <T> T cast(Object value, Class<T> type, String what) {
        if (!type.isInstance(value)) {
            throw corrupt(what + " is missing or of the wrong kind");
        }
        return type.cast(value);
    }

    private CorruptStoreException corrupt(String found) {
        return new CorruptStoreException(source + ": damaged manifest: " + found);
    }
}
