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
        assertEquals("image.npy", NodeNames.file("image", 1));
        assertEquals("jets/pt-3.npy", NodeNames.file("jets/pt", 3));
        assertEquals("jet_pt/a_b.npy", NodeNames.file("jet:pt/a:b", 1), "for Windows");
        assertEquals(".cache_/x.npy", NodeNames.file(".cache/x", 1));
        assertEquals("a.npy_/x.npy", NodeNames.file("a.npy/x", 1));
        assertEquals("memmpy-000001.json_/x.npy", NodeNames.file("memmpy-000001.json/x", 1));
    }

    @Test
    void foldsWhatSomeFileSystemsTakeForEqual() {
        assertEquals(NodeNames.folded("Straße"), NodeNames.folded("STRASSE"));
        assertEquals(NodeNames.folded("Image"), NodeNames.folded("iMAGE"));
    }
}
