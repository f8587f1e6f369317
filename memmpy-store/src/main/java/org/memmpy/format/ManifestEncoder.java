// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * Encodes the manifests of one store, generation by generation: the line of a node that is the same
 * object as before is copied. Keeps the bytes of one manifest for that.
 */
final class ManifestEncoder {
    /** The document's last member, always of this length, so that a reader can cut it off. */
    private static final String CHECKSUM = ",\n  \"crc32c\" : \"%s\"\n}\n";

    static final int CHECKSUM_BYTES = checksum(new byte[0], 0).length;

    private final Map<String, Line> lines = new HashMap<>();
    private byte[] document = new byte[1024];
    private int length;

    /** A node's place in the document: its path, and itself. */
    private static final class Line {
        private final Object node;
        private final byte[] json;

        Line(Object node, byte[] json) {
            this.node = node;
            this.json = json;
        }

        /** Not if it is equal only: attributes are that in another order, too. */
        @SuppressWarnings("ReferenceEquality")
        boolean isOf(Object other) {
            return node == other;
        }
    }

    /** {@return the bytes of a manifest file} */
    byte[] encode(Manifest manifest) {
        int nodes = manifest.groups().size() + manifest.arrays().size() + manifest.values().size();
        if (lines.size() > 2L * nodes) {
            lines.clear(); // most are of nodes that were deleted
        }
        length = 0;
        add("{");
        member("format", ManifestCodec.FORMAT, "");
        member("version", ManifestCodec.VERSION, ",");
        member("uuid", manifest.uuid().toString(), ",");
        member("generation", manifest.generation(), ",");
        nodes("groups", manifest.groups(), ManifestEncoder::json);
        nodes("arrays", manifest.arrays(), ManifestEncoder::json);
        nodes("values", manifest.values(), ManifestEncoder::json);
        member("retired", List.copyOf(manifest.retired()), ",");
        add(checksum(document, length));
        return Arrays.copyOf(document, length);
    }

    /** {@return what ends a document} */
    static byte[] checksum(byte[] document, int length) {
        CRC32C crc = new CRC32C();
        crc.update(document, 0, length);
        return CHECKSUM.replace("%s", hex(crc.getValue())).getBytes(StandardCharsets.US_ASCII);
    }

    // ---- the two outer levels are indented, the rest of a node is on its line

    private void member(String name, Object value, String separator) {
        add(separator + "\n  ");
        add(Json.member(name, value));
    }

    private <T> void nodes(
            String section, Map<String, T> nodes, Function<T, Map<String, Object>> json) {
        add(",\n  \"" + section + "\" : {");
        String separator = "\n    ";
        for (Map.Entry<String, T> node : nodes.entrySet()) {
            add(separator);
            separator = ",\n    ";
            add(line(node.getKey(), node.getValue(), json));
        }
        add(nodes.isEmpty() ? " }" : "\n  }");
    }

    private <T> byte[] line(String path, T node, Function<T, Map<String, Object>> json) {
        Line line = lines.get(path);
        if (line == null || !line.isOf(node)) {
            line = new Line(node, Json.member(path, json.apply(node)));
            lines.put(path, line);
        }
        return line.json;
    }

    private void add(String ascii) {
        add(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    private void add(byte[] bytes) {
        if (document.length - length < bytes.length) {
            long roomy = (length + (long) bytes.length) * 3 / 2;
            document = Arrays.copyOf(document, Math.toIntExact(roomy));
        }
        System.arraycopy(bytes, 0, document, length, bytes.length);
        length += bytes.length;
    }

    // ---- nodes

    private static Map<String, Object> json(Manifest.Group group) {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("kind", group.kind().toString());
        return withAttributes(node, group.attributes());
    }

    private static Map<String, Object> json(Manifest.Array array) {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("dtype", array.type().dtype().toString());
        node.put("rowShape", Arrays.stream(array.type().shape()).boxed().toList());
        node.put("rows", array.rows());
        node.put("parts", array.parts().stream().map(ManifestEncoder::json).toList());
        return withAttributes(node, array.attributes());
    }

    private static Map<String, Object> json(Manifest.Part part) {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("file", part.file());
        node.put("rows", part.rows());
        if (part.tail() != Manifest.Part.UNCHECKED) {
            node.put("crc32c", hex(part.tail()));
        }
        return node;
    }

    private static Map<String, Object> json(Manifest.Value value) {
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
        return HexFormat.of().toHexDigits(crc, 2 * Integer.BYTES);
    }
}
