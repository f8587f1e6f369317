// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.index.RowIndex;
import org.memmpy.index.Splitter;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;

class SplitCommandTest {
    @TempDir private Path folder;
    private Path path;

    @BeforeEach
    void store() throws IOException {
        path = folder.resolve("s.memmpy");
        try (Store store = Store.create(path)) {
            store.array("label", DType.INT32)
                    .append(IntStream.range(0, 1000).map(row -> row % 10 == 0 ? 7 : -1).toArray());
            store.array("patient", DType.INT32)
                    .append(IntStream.range(0, 1000).map(row -> row / 10).toArray());
            store.array("x", DType.FLOAT32).append(new float[1000]);
            store.createGroup("cuts");
            store.array("cuts/some", DType.INT64).append(new long[] {1, 5, 7, 999});
            store.commit();
        }
    }

    @Test
    void printsPartsAndTheirShares() {
        assertEquals(
                """
                PART   ROWS    SHARE
                train   800  80.00 %
                valid   150  15.00 %
                test     50   5.00 %
                """,
                Cli.run("split", path, "--fractions", "0.8,0.15,0.05", "--seed", 42).ok());
        assertEquals(
                """
                PART  ROWS    SHARE
                0      250  25.00 %
                1      250  25.00 %
                2      250  25.00 %
                3      250  25.00 %
                """,
                Cli.run("split", path, "--fractions", "0.25,0.25,0.25,0.25", "--contiguous").ok());
    }

    @Test
    void printsTheSharesOfClasses() {
        assertEquals(
                """
                PART   ROWS    SHARE
                train   800  80.00 %
                valid   200  20.00 %

                CLASS  ROWS    train    valid
                   -1   900  80.00 %  20.00 %
                    7   100  80.00 %  20.00 %
                """,
                Cli.run("split", path, "--fractions", "0.8,0.2", "--stratify", "label").ok());
        String many =
                Cli.run("split", path, "--fractions", "0.8,0.2", "--stratify", "/patient").ok();
        assertTrue(many.endsWith("\nand 80 more\n"), many);
    }

    @Test
    void savesWhatJavaFindsWithTheSameSeed() throws IOException {
        String fractions = "--fractions=0.7,0.3";
        String said =
                Cli.run("split", path, fractions, "--seed=3", "--group=patient", "--save=/split/a")
                        .ok();
        assertTrue(said.endsWith("saved in split/a\n"), said);
        Cli.run("split", path, fractions, "--rows", "cuts/some", "--save", "few").ok();
        try (Store store = Store.open(path)) {
            RowIndex expected =
                    Splitter.grouped(store.array("patient"), 3)
                            .split(RowIndex.all(1000), 0.7, 0.3)
                            .valid();
            MappedArray saved = store.array("split/a/valid");
            assertEquals(DType.INT64, saved.dtype());
            assertEquals(expected.fingerprint(), RowIndex.of(saved).fingerprint(), "the same rows");
            assertEquals("by groups with seed 3", store.attributes(saved.path()).get("split"));
            RowIndex train = RowIndex.of(store.array("few/train"));
            RowIndex valid = RowIndex.of(store.array("few/valid"));
            long[] rows = new long[4];
            train.sorted().union(valid.sorted()).fill(0, rows, 0, 4);
            assertArrayEquals(new long[] {1, 5, 7, 999}, rows);
        }
        Cli.run("split", path, fractions, "--save", "split/a").fails(1, "train' already");
        Cli.run("split", path, fractions, "--save", "/").fails(1, "would be a column");
    }

    @Test
    void saysWhatIsWrong() {
        Cli.run("split", path).fails(2, "--fractions");
        Cli.run("split", path, "--fractions", "0.5,0.4").fails(2, "sum to 1");
        Cli.run("split", path, "--fractions", "1.5,-0.5").fails(2, "positive");
        Cli.run("split", path, "--fractions", "half").fails(2, "half");
        Cli.run("split", path, "--fractions=1", "--group=x", "--stratify=x").fails(2, "exclusive");
        Cli.run("split", path, "--fractions=1", "--group=x").fails(1, "floating-point");
        Cli.run("split", path, "--fractions=1", "--stratify=nix").fails(1, "nix");
        Cli.run("split", path, "--fractions=1", "--table=cuts").fails(1, "cuts");
    }
}
