// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** What is refused: where it is, and what is said. */
class CutErrorsTest {
    @TempDir private static Path directory;
    private static Store store;

    @BeforeAll
    static void fill() throws IOException {
        store = Store.create(directory.resolve("t.memmpy"), StoreOption.NO_FORCE);
        store.array("nJets", DType.INT32).append(new int[] {1});
        store.array("nTags", DType.UINT8).append(new byte[] {1});
        store.array("big", DType.UINT64).append(new long[] {1});
        store.array("pt", DType.FLOAT32).append(new float[] {1});
        store.array("ok", DType.BOOL).append(new boolean[] {true});
        store.array("image", DType.UINT8, 2, 2).append(new byte[4]);
        store.array("one", DType.UINT8, 1).append(new byte[1]);
        store.array("kind", DType.INT8).append(new byte[] {1});
        store.attributes("kind").set("categories", List.of("electron", "muon"));
        store.ragged("jets", RaggedType.of(DType.FLOAT32)).append(new float[3]);
        store.commit();
    }

    @AfterAll
    static void close() throws IOException {
        store.close();
    }

    private static CutException refused(String cut) {
        return assertThrows(
                CutException.class, () -> Cut.parse(cut).uncached().rows(store.table()), cut);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "nJets >= 6 & nTags >= 2; 11; (nJets >= 6) & (nTags >= 2)",
                "nJets >= 6 & (nTags >= 2); 11; (nJets >= 6) & (nTags >= 2)",
                "(nJets >= 6) & nTags >= 2; 13; (nJets >= 6) & (nTags >= 2)",
                "ok & nJets >= 6; 3; ok & (nJets >= 6)",
                "nJets >= 6 & ok | nTags >= 2; 11; (nJets >= 6) & ok | (nTags >= 2)",
                "0 < pt < 5; 7; (0 < pt) & (pt < 5)",
                "0 < pt < 5 & ok; 11; (0 < pt) & (pt < 5) & ok",
                "nJets == 1 == ok; 11; cannot be chained",
                "nJets > 1 and ok; 10; '&'",
                "nJets > 1 or ok; 10; '|'",
                "not ok; 0; '~'",
                "!ok; 0; '~'",
                "ok && ok; 3; '&'",
                "ok || ok; 3; '|'",
                "nJets = 1; 6; '=='",
                "nJets <> 1; 6; '!='",
                "nJets << 1 > 2; 6; Multiply",
                "nJets in [1]; 6; isin",
                "nJets if ok; 6; no 'if'",
                "(nJets > 1; 10; ends here",
                "nJets > ; 7; ends here",
                "nJets > 1); 9; ')' cannot stand here",
                "nJets > 1 2; 10; a number cannot stand here",
                "nJets > 'a; 8; no end",
                "nJets > 'a\\q'; 11; backslash",
                "`nJets > 1; 0; backtick",
                "`` > 1; 0; no name",
                "nJets > 6x; 8; neither a number nor a name",
                "nJets > 1.5.2; 8; neither a number nor a name",
                "nJets > 012; 8; octal",
                "nJets > 0x; 10; digits are missing",
                "nJets > 1e; 8; neither a number nor a name",
                "nJets > $; 8; no meaning",
                "nJets[0] > 1; 5; cannot stand here",
                "[1] == nJets; 0; isin",
                "nJets.__class__ == 1; 0; no column 'nJets.__class__'",
                "open('x') == 1; 0; no function 'open'",
                "sqrt(pt, pt) > 1; 0; sqrt(x)",
                "sqrt() > 1; 0; sqrt(x)",
                "isin(nJets) > 1; 0; isin(x, [1, 2])",
                "isin(nJets, 1); 12; list",
                "isin(nJets, [pt]); 13; constants only",
                "isin(1, [1]); 0; no column",
                "min(pt) > 1; 0; min(x, y)",
                "njets > 1; 0; It has: nJets",
                "nope > 1; 0; no constant",
                "image > 1; 0; uint8 (2, 2)",
                "one > 1; 0; uint8 (1,)",
                "jets > 1; 0; ragged",
                "nJets; 0; int32",
                "nJets + 1; 0; int32",
                "3; 0; the number 3",
                "'a'; 0; the string",
                "ok & nJets; 0; int32",
                "(pt & 1) > 2; 4; float32",
                "(pt > 1) & pt; 9; float32",
                "~pt > 1; 0; float32",
                "-ok; 0; '~'",
                "ok - ok; 3; '^'",
                "nTags + 300 > 1; 6; does not fit uint8",
                "nTags - -1 > 1; 6; does not fit uint8",
                "nJets * 2**40 > 1; 6; does not fit int32",
                "1 / 0 > nJets; 2; divides by zero",
                "10 ** 4000 > nJets; 3; larger than any",
                "nJets ** -1 > 1; 6; not negative",
                "2 ** nJets > 1; 2; 1.0 * x ** n",
                "nJets == 'a'; 6; categories",
                "pt == 'muon'; 3; categories",
                "kind == 'myon'; 5; It has: muon, electron",
                "isin(kind, ['muon', 'tau']); 20; no category 'tau'",
                "kind < 'muon'; 5; no order",
                "kind + 1 == 'muon'; 9; no column",
                "'a' == 'b'; 4; none is a column",
                "kind + 'muon' == 1; 5; no number",
                "true & ok; 0; True"
            })
    void pointsAtTheCharacter(String cut, int position, String said) {
        CutException e = refused(cut);
        assertTrue(e.getMessage().contains(said), e.getMessage());
        assertEquals(position, e.position(), e.getMessage());
    }

    @Test
    void showsTheLineAndACaret() {
        CutException e = refused("(nJets > 1)\n& (nTgs > 2)");
        assertEquals(
                """
                the table has no column 'nTgs', and no constant is called so. It has: nTags, nJets, big, jets, pt and 4 more
                  & (nTgs > 2)
                     ^""",
                e.getMessage());
        assertEquals(15, e.position());
        String longOne = "(ok) & ".repeat(60) + "(nope) & " + "(ok) & ".repeat(60) + "ok";
        List<String> lines = refused(longOne).getMessage().lines().toList();
        assertTrue(lines.get(1).length() < 140);
        assertEquals(lines.get(1).indexOf("nope"), lines.get(2).indexOf('^'));
        assertEquals(0, refused("").position());
        assertEquals(0, refused("  \n ").position());
    }

    @Test
    void refusesConstantsThatAreNotThere() {
        Cut cut = Cut.parse("pt > ptmin");
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> cut.with("ptmni", 25));
        assertTrue(e.getMessage().contains("It has: ptmin, pt"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> cut.with("ptmin", List.of(1, 'x')));
        CutException both =
                assertThrows(CutException.class, () -> cut.with("pt", 1).rows(store.table()));
        assertTrue(both.getMessage().contains("`pt`"), both.getMessage());
        CutException list =
                assertThrows(
                        CutException.class,
                        () -> cut.with("ptmin", List.of(1)).rows(store.table()));
        assertTrue(list.getMessage().contains("isin"), list.getMessage());
        assertThrows(IllegalArgumentException.class, () -> cut.rows(store.table(), 0));
    }

    @Test
    void isBounded() {
        assertTrue(refused("(".repeat(101) + "ok" + ")".repeat(101)).getMessage().contains("100"));
        assertTrue(refused("~".repeat(200) + "ok").getMessage().contains("100"));
        assertTrue(refused("nJets" + " ** 2".repeat(200) + " > 1").getMessage().contains("100"));
        assertTrue(refused("ok" + " | ok".repeat(600)).getMessage().contains("isin"));
        assertTrue(refused("ok" + " ".repeat(70_000)).getMessage().contains("65,536"));
        assertTrue(refused("nJets == " + "9".repeat(401)).getMessage().contains("400 digits"));
        assertTrue(refused("sqrt(".repeat(101) + "pt" + ")".repeat(101)).position() > 0);
    }

    private static final List<String> PIECES =
            List.of(
                    "nJets",
                    "pt",
                    "ok",
                    "kind",
                    "image",
                    "nope",
                    "`pt`",
                    "'muon'",
                    "\"x\"",
                    "1",
                    "2.5",
                    "1e3",
                    "0x1f",
                    "True",
                    "(",
                    ")",
                    "(",
                    ")",
                    "[",
                    "]",
                    ",",
                    "+",
                    "-",
                    "*",
                    "/",
                    "//",
                    "**",
                    "%",
                    "&",
                    "|",
                    "^",
                    "~",
                    "<",
                    "<=",
                    ">",
                    ">=",
                    "==",
                    "!=",
                    "=",
                    "isin(",
                    "isnan(",
                    "min(",
                    "sqrt(",
                    "abs(",
                    " ",
                    "\n",
                    "and",
                    "not",
                    "`",
                    "'",
                    "\\",
                    "é",
                    "\ud800",
                    "\0",
                    "_",
                    ".",
                    "e",
                    "x",
                    "9".repeat(30),
                    "🙂");

    @Test
    void messagesAreShort() {
        String name = "x".repeat(60_000);
        for (String cut : List.of(name + " > 1", name + "(nJets)", "nJets + '" + name + "' > 1")) {
            CutException e =
                    assertThrows(
                            CutException.class,
                            () -> Cut.parse(cut).uncached().rows(store.table()));
            assertTrue(e.getMessage().length() < 1500, e.getMessage().length() + " characters");
        }
    }

    /** Whatever is written, only our exception comes out. */
    @Test
    void isNeverAnotherException() {
        int cases = Integer.getInteger("memmpy.fuzz", 20_000);
        int understood = 0;
        for (int seed = 0; seed < cases; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            if (random.nextInt(3) == 0) {
                text.append(new RandomCuts(seed).condition(3).replace("i4", "nJets"));
                for (int i = random.nextInt(3); i >= 0; i--) {
                    int at = random.nextInt(text.length());
                    text.replace(
                            at, at + random.nextInt(2), PIECES.get(random.nextInt(PIECES.size())));
                }
            } else {
                for (int i = random.nextInt(14); i >= 0; i--) {
                    text.append(PIECES.get(random.nextInt(PIECES.size())));
                }
            }
            String cut = text.toString();
            try {
                Cut.parse(cut).uncached().rows(store.table(), 1);
                understood++;
            } catch (CutException e) {
                assertTrue(e.position() >= 0 && e.position() <= cut.length(), "seed " + seed);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ": " + cut, e);
            }
        }
        assertTrue(understood > 0 && understood < cases, understood + " of " + cases);
    }
}
