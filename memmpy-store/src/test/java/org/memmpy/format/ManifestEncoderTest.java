// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.memmpy.DType;
import org.memmpy.NodeKind;
import org.memmpy.RowType;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** What is kept of one generation must not be in the next where that is another. */
class ManifestEncoderTest {
    private static final UUID STORE = new UUID(1, 2);

    private final ManifestEncoder encoder = new ManifestEncoder();
    private final Map<String, Manifest.Group> groups = new LinkedHashMap<>();
    private final Map<String, Manifest.Array> arrays = new LinkedHashMap<>();
    private final Map<String, Manifest.Value> values = new LinkedHashMap<>();
    private long generation;

    ManifestEncoderTest() {
        groups.put("", new Manifest.Group(NodeKind.GROUP));
        for (int i = 0; i < 20; i++) {
            arrays.put("a" + i, array("a" + i + ".npy", i));
        }
        values.put("v", new Manifest.Value("v.value.json", 3, 4, Map.of("n", 1L)));
    }

    private static Manifest.Array array(String file, long rows) {
        Manifest.Part part = new Manifest.Part(file, rows, 0xabcL);
        return new Manifest.Array(RowType.of(DType.INT16, 2), List.of(part), Map.of());
    }

    private String encoded() {
        Manifest manifest =
                new Manifest(STORE, ++generation, groups, arrays, values, Set.of("x.npy"));
        byte[] bytes = encoder.encode(manifest);
        assertArrayEquals(ManifestCodec.encode(manifest), bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void everyGenerationIsAsIfItWereTheFirst() {
        encoded();
        encoded();
        arrays.put("a3", array("a3.npy", 300)); // rows were appended
        encoded();
        arrays.put("renamed", arrays.remove("a4"));
        arrays.put("a5", arrays.get("a6")); // the same object at two paths, as no store has it
        encoded();
        arrays.remove("a7");
        groups.put("a7", new Manifest.Group(NodeKind.TABLE)); // the path of another kind of node
        encoded();
        groups.put("", new Manifest.Group(NodeKind.GROUP, attributes("x", "y")));
        encoded();
        arrays.keySet().removeIf(path -> !path.equals("a1"));
        encoded(); // most that is kept is dropped
        arrays.clear();
        values.clear();
        encoded();
    }

    @Test
    void theOrderOfAttributesIsKept() {
        groups.put("", new Manifest.Group(NodeKind.GROUP, attributes("x", "y")));
        encoded();
        groups.put("", new Manifest.Group(NodeKind.GROUP, attributes("y", "x"))); // an equal one
        String json = encoded();
        assertEquals(json.indexOf("\"y\""), json.indexOf("\"x\"") - "\"y\" : 1, ".length());
    }

    private static Map<String, Object> attributes(String first, String second) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put(first, 1L);
        attributes.put(second, 1L);
        return attributes;
    }

    @Test
    void nodesAreLines() {
        arrays.keySet().removeIf(path -> !path.equals("a1"));
        String json = encoded();
        assertEquals(
                """
                {
                  "format" : "memmpy store",
                  "version" : 1,
                  "uuid" : "00000000-0000-0001-0000-000000000002",
                  "generation" : 1,
                  "groups" : {
                    "" : { "kind" : "group" }
                  },
                  "arrays" : {
                    "a1" : { "dtype" : "int16", "rowShape" : [ 2 ], "rows" : 1, "parts" : [ { "file" : "a1.npy", "rows" : 1, "crc32c" : "00000abc" } ] }
                  },
                  "values" : {
                    "v" : { "file" : "v.value.json", "bytes" : 3, "crc32c" : "00000004", "attributes" : { "n" : 1 } }
                  },
                  "retired" : [ "x.npy" ]\
                """,
                json.substring(0, json.lastIndexOf(",\n  \"crc32c\"")));
    }
}
