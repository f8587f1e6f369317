// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class NodeNamesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"image", "jets/pt", "nBTags_77", "a.b-c+d:e", "größe", "列", "x y", ".cache"})
    void acceptsWhatEveryFileSystemHolds(String path) {
        assertEquals(path, NodeNames.check(path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/x",
                "x/",
                "a//b",
                ".",
                "..",
                "../x",
                "a/../b",
                "a\\b",
                "a<b",
                "a\"b",
                "a|b",
                "a?",
                "a*",
                "con",
                "NUL.txt",
                "Com1",
                "lpt9.x",
                "tab\tbed",
                "line\n",
                "null\0",
                "dot.",
                "space ",
                " space",
                "a\u202eb",
                "\ud800"
            })
    void refusesTheRest(String path) {
        String message =
                assertThrows(IllegalArgumentException.class, () -> NodeNames.check(path))
                        .getMessage();
        assertTrue(message.startsWith("'" + path + "'"), message);
        assertTrue(message.contains("A path is names joined by '/'"), message);
    }

    @Test
    void refusesNamesOverTwoHundredBytes() {
        assertEquals(200, NodeNames.check("x".repeat(200)).length());
        assertThrows(IllegalArgumentException.class, () -> NodeNames.check("x".repeat(201)));
        assertThrows(IllegalArgumentException.class, () -> NodeNames.check("é".repeat(101)));
    }

    @Test
    void whatIsReadMustStayInside() {
        for (String good : List.of("a", "a/b", "nul", "a:b", "\u202e")) {
            assertTrue(NodeNames.staysInside(good), good);
        }
        for (String bad : List.of("", "/a", "a/", "..", "a/../b", "./a", "a\\b", "a\0")) {
            assertFalse(NodeNames.staysInside(bad), bad);
        }
    }

    @Test
    void composesUnicode() {
        assertEquals("\u00e9", NodeNames.check("e\u0301"));
    }

    @Test
    void filesLieInTheirGroupsAndNeverOnTheStoresOwnNames() {
        assertEquals("image.npy", file("image", 0));
        assertEquals("jets/pt~12.npy", file("jets/pt", 1));
        assertEquals("jets/pt~12~3.npy", file("jets/pt", 3));
        assertEquals("jet_pt/a_b.npy", file("jet:pt/a:b", 0), "for Windows");
        assertEquals(".cache_/x.npy", file(".cache/x", 0));
        assertEquals("a.npy_/x.npy", file("a.npy/x", 0));
        assertEquals("memmpy-000001.json_/x.npy", file("memmpy-000001.json/x", 0));
        assertEquals("a/n~12.value.json", NodeNames.file("a/n", ".value.json", 12, 1));
    }

    private static String file(String path, int attempt) {
        return NodeNames.file(path, ".npy", 12, attempt);
    }

    @Test
    void tellsNamesWithAGenerationFromPlainOnes() {
        assertTrue(NodeNames.isNumbered(file("jets/pt", 1)));
        assertTrue(NodeNames.isNumbered(file("jets/pt", 2)));
        assertTrue(NodeNames.isNumbered("x~5.npy"), "the plain name of 'x~5', not taken for it");
        assertFalse(NodeNames.isNumbered(file("jets/pt", 0)));
        assertFalse(NodeNames.isNumbered("x~a.npy"));
    }

    @Test
    void foldsWhatSomeFileSystemsTakeForEqual() {
        assertEquals(NodeNames.folded("Straße"), NodeNames.folded("STRASSE"));
        assertEquals(NodeNames.folded("Image"), NodeNames.folded("iMAGE"));
    }
}
