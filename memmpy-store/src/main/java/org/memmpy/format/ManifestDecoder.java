// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.NodeKind;
import org.memmpy.RowType;
import org.memmpy.UnsupportedFormatException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;

/** Takes a manifest's JSON document apart, believing nothing. */
final class ManifestDecoder {
    private final Object source;

    /**
     * Makes a decoder for one document.
     *
     * @param source what to call the file in messages
     */
    ManifestDecoder(Object source) {
        this.source = source;
    }

    Manifest manifest(Object json) {
        Map<?, ?> document = cast(json, Map.class, "the document");
        if (!ManifestCodec.FORMAT.equals(document.get("format"))) {
            throw corrupt("'format' is not '" + ManifestCodec.FORMAT + "'");
        }
        long version = member(document, "version", Long.class);
        if (version != ManifestCodec.VERSION) {
            throw new UnsupportedFormatException(
                    "%s: format version %d; this memmpy reads version %d. Use a newer memmpy"
                            .formatted(source, version, ManifestCodec.VERSION));
        }
        Map<String, Manifest.Group> groups = nodes(document, "groups", true, this::group);
        Map<String, Manifest.Array> arrays = nodes(document, "arrays", true, this::array);
        Map<String, Manifest.Value> values = nodes(document, "values", false, this::value);
        long generation = member(document, "generation", Long.class);
        Manifest manifest =
                new Manifest(uuid(document), generation, groups, arrays, values, retired(document));
        Structure.fault(manifest)
                .or(() -> Structure.sharedFile(manifest))
                .ifPresent(
                        fault -> {
                            throw corrupt(fault);
                        });
        return manifest;
    }

    private <T> Map<String, T> nodes(
            Map<?, ?> document,
            String member,
            boolean required,
            BiFunction<String, Map<?, ?>, T> reading) {
        Map<String, T> nodes = new LinkedHashMap<>();
        if (required || document.containsKey(member)) {
            Map<?, ?> byPath = member(document, member, Map.class);
            for (Map.Entry<?, ?> entry : byPath.entrySet()) {
                String path = (String) entry.getKey();
                if (!path.isEmpty() && !NodeNames.staysInside(path)) {
                    throw corrupt("the path '" + path + "' would leave the store");
                }
                Map<?, ?> node = cast(entry.getValue(), Map.class, path);
                nodes.put(path, reading.apply(path, node));
            }
        }
        return nodes;
    }

    private UUID uuid(Map<?, ?> document) {
        try {
            return UUID.fromString(member(document, "uuid", String.class));
        } catch (IllegalArgumentException e) {
            throw corrupt("its uuid is none");
        }
    }

    private Set<String> retired(Map<?, ?> document) {
        Set<String> files = new LinkedHashSet<>();
        if (document.containsKey("retired")) {
            List<?> names = member(document, "retired", List.class);
            for (Object name : names) {
                files.add(cast(name, String.class, "a retired file name"));
            }
        }
        return files;
    }

    private Manifest.Group group(String path, Map<?, ?> node) {
        String name = member(node, "kind", String.class);
        NodeKind kind = NodeKind.ofName(name).orElse(NodeKind.VALUE);
        if (!kind.isGroup() && !kind.isComposite()) {
            throw new UnsupportedFormatException(
                    "%s: '%s' is of the unknown kind '%s'. Use a newer memmpy"
                            .formatted(source, path, name));
        }
        return new Manifest.Group(kind, attributes(node));
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
        List<Manifest.Part> parts = new ArrayList<>();
        List<?> partNodes = member(node, "parts", List.class);
        for (Object part : partNodes) {
            parts.add(part(path, cast(part, Map.class, "a part of '" + path + "'")));
        }
        long rows = member(node, "rows", Long.class);
        try {
            RowType type = RowType.of(dtype, shape);
            long sum = 0;
            for (Manifest.Part part : parts) {
                Math.addExact(NpyHeader.BYTES, Math.multiplyExact(part.rows(), type.bytes()));
                sum = Math.addExact(sum, part.rows());
            }
            Math.multiplyExact(sum, type.bytes());
            if (rows != sum) {
                throw corrupt("array '%s' has %d rows, its parts %d".formatted(path, rows, sum));
            }
            return new Manifest.Array(type, parts, attributes(node));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw corrupt("array '" + path + "': " + e.getMessage());
        }
    }

    private Manifest.Part part(String path, Map<?, ?> node) {
        long rows = member(node, "rows", Long.class);
        if (rows < 0) {
            throw corrupt("array '" + path + "' has a part of " + rows + " rows");
        }
        long tail = node.containsKey("crc32c") ? crc(node) : Manifest.Part.UNCHECKED;
        return new Manifest.Part(file(node, ".npy", path), rows, tail);
    }

    private Manifest.Value value(String path, Map<?, ?> node) {
        long bytes = member(node, "bytes", Long.class);
        if (bytes < 0) {
            throw corrupt("value '" + path + "' has " + bytes + " bytes");
        }
        return new Manifest.Value(
                file(node, ".value.json", path), bytes, crc(node), attributes(node));
    }

    private String file(Map<?, ?> node, String suffix, String path) {
        String file = member(node, "file", String.class);
        if (!file.endsWith(suffix)) {
            throw corrupt("the file '" + file + "' of '" + path + "' is no " + suffix + " file");
        }
        // a colon starts a drive or a stream on Windows; no writer puts one into a name
        if (!NodeNames.staysInside(file) || file.indexOf(':') >= 0) {
            throw corrupt("the file '" + file + "' would be outside the store");
        }
        return file;
    }

    private long crc(Map<?, ?> node) {
        String digits = member(node, "crc32c", String.class);
        if (digits.length() != 8 || digits.startsWith("-") || digits.startsWith("+")) {
            throw corrupt("'" + digits + "' is no CRC-32C of eight hexadecimal digits");
        }
        try {
            return Long.parseLong(digits, 16);
        } catch (NumberFormatException e) {
            throw corrupt("'" + digits + "' is no CRC-32C of eight hexadecimal digits");
        }
    }

    @SuppressWarnings("unchecked") // what Json gives has strings for keys
    private Map<String, Object> attributes(Map<?, ?> node) {
        if (!node.containsKey("attributes")) {
            return Map.of();
        }
        return Collections.unmodifiableMap(
                (Map<String, Object>) member(node, "attributes", Map.class));
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

    CorruptStoreException corrupt(String found) {
        return new CorruptStoreException(source + ": damaged manifest: " + found);
    }
}
