// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/** What may be an attribute, what it comes back as, and what is refused. */
class AttributesTest {
    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    private interface Change {
        void of(Attributes attributes) throws IOException;
    }

    /** Sets attributes of an array, commits, and gives them to a reader. */
    private void roundTrip(Change change, Change check) throws IOException {
        try (Store store = Store.create(path(), StoreOption.FREE_ROOT, StoreOption.NO_FORCE)) {
            store.array("g/x", DType.INT8).append(new byte[] {1});
            change.of(store.attributes("g/x"));
            check.of(store.attributes("g/x"));
            store.commit();
            check.of(store.attributes("g/x"));
        }
        try (Store store = Store.open(path())) {
            check.of(store.attributes("g/x"));
        }
        try (Store store = Store.edit(path())) {
            check.of(store.attributes("g/x"));
        }
    }

    @Test
    void comeBackAsTheyWereSet() throws IOException {
        BigInteger large = BigInteger.TWO.pow(64).add(BigInteger.ONE);
        roundTrip(
                attributes ->
                        attributes
                                .set("text", "naïve \uD83D\uDE00 \0 \n \u2028")
                                .set("int", 7)
                                .set("min", Long.MIN_VALUE)
                                .set("large", large)
                                .set("small as large", BigInteger.TEN)
                                .set("float", 0.1f)
                                .set("double", -0.0)
                                .set("tiny", Double.MIN_VALUE)
                                .set("flag", true)
                                .set("nothing", null)
                                .set("list", Arrays.asList(1, "a", null, List.of()))
                                .set("object", Map.of("a", Map.of("b", List.of(1.5))))
                                .set("", "the empty name"),
                attributes -> {
                    assertEquals("naïve \uD83D\uDE00 \0 \n \u2028", attributes.getString("text"));
                    assertEquals(7, attributes.getLong("int"));
                    assertEquals(7.0, attributes.getDouble("int"));
                    assertEquals(Long.MIN_VALUE, attributes.getLong("min"));
                    assertEquals(large, attributes.get("large"));
                    assertEquals(10L, attributes.get("small as large"));
                    assertEquals((double) 0.1f, attributes.getDouble("float"));
                    assertEquals(-0.0, attributes.get("double"));
                    assertEquals(Double.MIN_VALUE, attributes.getDouble("tiny"));
                    assertTrue(attributes.getBoolean("flag"));
                    assertNull(attributes.get("nothing"));
                    assertTrue(attributes.contains("nothing"));
                    assertFalse(attributes.contains("none"));
                    assertEquals(
                            Arrays.asList(1L, "a", null, List.of()), attributes.getList("list"));
                    assertEquals(
                            Map.of("a", Map.of("b", List.of(1.5))), attributes.getMap("object"));
                    assertEquals("the empty name", attributes.getString(""));
                    assertEquals("text", attributes.asMap().keySet().iterator().next());
                });
    }

    @Test
    void nothingThatIsGivenCanBeModified() throws IOException {
        List<Object> inner = new ArrayList<>(List.of(1));
        Map<String, Object> outer = new LinkedHashMap<>(Map.of("inner", inner));
        roundTrip(
                attributes -> {
                    attributes.set("x", outer);
                    inner.add(2); // a copy was made
                },
                attributes -> {
                    assertEquals(Map.of("inner", List.of(1L)), attributes.getMap("x"));
                    Map<?, ?> x = attributes.getMap("x");
                    List<?> list = (List<?>) x.get("inner");
                    assertThrows(UnsupportedOperationException.class, x::clear);
                    assertThrows(UnsupportedOperationException.class, list::clear);
                    assertThrows(UnsupportedOperationException.class, attributes.asMap()::clear);
                });
    }

    @Test
    void theGettersSayWhatIsThere() throws IOException {
        roundTrip(
                attributes ->
                        attributes
                                .set("text", "a".repeat(200))
                                .set("large", BigInteger.TWO.pow(63))
                                .set("half", 0.5),
                attributes -> {
                    String message =
                            assertThrows(
                                            NoSuchElementException.class,
                                            () -> attributes.getLong("lenght"))
                                    .getMessage();
                    assertTrue(message.contains("text, large, half"), message);
                    message =
                            assertThrows(ClassCastException.class, () -> attributes.getLong("text"))
                                    .getMessage();
                    assertTrue(message.contains("not an integer"), message);
                    assertTrue(message.length() < 300, message);
                    for (String name : List.of("large", "half")) {
                        assertThrows(ClassCastException.class, () -> attributes.getLong(name));
                        assertThrows(ClassCastException.class, () -> attributes.getString(name));
                        assertThrows(ClassCastException.class, () -> attributes.getBoolean(name));
                        assertThrows(ClassCastException.class, () -> attributes.getList(name));
                        assertThrows(ClassCastException.class, () -> attributes.getMap(name));
                    }
                    assertEquals(0x1p63, attributes.getDouble("large"));
                    assertThrows(ClassCastException.class, () -> attributes.getDouble("text"));
                });
    }

    private static Object nested(int levels) {
        Object value = 1;
        for (int i = 0; i < levels; i++) {
            value = i % 2 == 0 ? List.of(value) : Map.of("a", value);
        }
        return value;
    }

    @Test
    void whatCouldNotBeReadBackIsRefused() throws IOException {
        List<Object> endless = new ArrayList<>();
        endless.add(endless);
        Map<Object, Object> keyed = new LinkedHashMap<>();
        keyed.put(1, 2);
        roundTrip(
                attributes -> {
                    for (Object bad :
                            Arrays.asList(
                                    Double.NaN,
                                    Double.POSITIVE_INFINITY,
                                    Float.NEGATIVE_INFINITY,
                                    "half a pair \uD800",
                                    Map.of("\uDC00", 1),
                                    new Object(),
                                    new int[] {1},
                                    'c',
                                    nested(65),
                                    endless,
                                    keyed,
                                    Collections.singletonMap(null, 1),
                                    BigInteger.TEN.pow(1_000),
                                    BigInteger.TEN.pow(1_000).negate(),
                                    Map.of("n".repeat(10_001), 1),
                                    List.of(List.of(Double.NaN)))) {
                        assertThrows(
                                IllegalArgumentException.class, () -> attributes.set("bad", bad));
                    }
                    assertThrows(IllegalArgumentException.class, () -> attributes.set("\uD800", 1));
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> attributes.set("n".repeat(10_001), 1));
                    attributes
                            .set("deep", nested(64))
                            .set("long", BigInteger.TEN.pow(993).negate())
                            .set("€".repeat(10_000), Map.of("\uD83D\uDE00".repeat(5_000), 2));
                },
                attributes -> {
                    assertEquals(3, attributes.asMap().size());
                    assertEquals(BigInteger.TEN.pow(993).negate(), attributes.get("long"));
                    assertEquals(
                            Map.of("\uD83D\uDE00".repeat(5_000), 2L),
                            attributes.get("€".repeat(10_000)));
                });
    }

    @Test
    void areRemovedAndCommittedLikeEverythingElse() throws IOException {
        try (Store store = Store.create(path())) {
            store.attributes("").set("a", 1).set("b", 2).remove("a").remove("none");
            store.putValue("v", "text");
            store.attributes("v").set("of a value", true);
            assertEquals(2, store.commit());
            try (Store reader = Store.open(path())) {
                Attributes seen = reader.attributes("");
                assertEquals(Map.of("b", 2L), seen.asMap());
                assertTrue(reader.attributes("v").getBoolean("of a value"));
                assertThrows(IllegalStateException.class, () -> seen.set("c", 3));
                assertThrows(IllegalStateException.class, () -> seen.remove("b"));
                store.attributes("").set("b", 3);
                assertEquals(3, store.commit());
                assertEquals(2, seen.getLong("b"));
                assertTrue(reader.refresh());
                assertEquals(3, seen.getLong("b"), "they follow the store");
                store.attributes("").set("b", 3);
                assertEquals(3, store.commit(), "nothing has changed");
                store.delete("v");
                store.commit();
                Attributes gone = reader.attributes("v");
                reader.refresh();
                assertThrows(IllegalArgumentException.class, () -> gone.get("of a value"));
            }
            assertThrows(IllegalArgumentException.class, () -> store.attributes("none"));
        }
    }

    @Test
    void moreThanAManifestHoldsIsRefusedAndTheWriterGoesOn() throws IOException {
        String text = "x".repeat(60 << 20);
        try (Store store = Store.create(path())) {
            for (int i = 0; i < 5; i++) {
                store.attributes("").set("a" + i, text);
            }
            String message = assertThrows(IOException.class, store::commit).getMessage();
            assertTrue(message.contains("Keep large values in nodes of their own"), message);
            for (int i = 0; i < 5; i++) {
                store.attributes("").remove("a" + i);
            }
            store.attributes("").set("a", 1);
            assertEquals(2, store.commit());
        }
        try (Store store = Store.open(path())) {
            assertEquals(1, store.attributes("").getLong("a"));
        }
    }

    @Test
    void comeAndGoAsJson() throws IOException {
        roundTrip(
                attributes ->
                        attributes
                                .setJson("n", " -3 ")
                                .setJson("list", "[1.5, true, null, {\"a\": \"b\"}]")
                                .setJson("text", "\"two words\"")
                                .setJson("large", "18446744073709551617"),
                attributes -> {
                    assertEquals(-3, attributes.getLong("n"));
                    assertEquals("two words", attributes.getString("text"));
                    assertEquals("\"two words\"", attributes.getJson("text"));
                    assertEquals("[1.5,true,null,{\"a\":\"b\"}]", attributes.getJson("list"));
                    assertEquals("18446744073709551617", attributes.getJson("large"));
                    assertThrows(NoSuchElementException.class, () -> attributes.getJson("nothing"));
                });
    }

    @Test
    void whatIsNoJsonIsRefusedAndChangesNothing() throws IOException {
        try (Store store = Store.create(path(), StoreOption.NO_FORCE)) {
            Attributes attributes = store.attributes("").set("a", 1);
            List<String> wrong =
                    List.of(
                            "",
                            "two words",
                            "{\"a\": 1",
                            "1 2",
                            "{\"a\": 1, \"a\": 2}",
                            "NaN",
                            "1e999",
                            "[".repeat(70) + "]".repeat(70),
                            "\"\uD800\"",
                            "9".repeat(1001));
            for (String json : wrong) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> attributes.setJson("a", json),
                        () -> "'" + json + "'");
            }
            assertEquals(1, attributes.getLong("a"));
            store.putValue("v", List.of(1, "x"));
            assertEquals("[1,\"x\"]", store.valueJson("v"));
        }
    }
}
