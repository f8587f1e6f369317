// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.memmpy.testing.Parts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;

class DescribeCommandTest {
    @TempDir private Path folder;

    @Test
    void printsTheTree() throws IOException {
        Path path = folder.resolve("s.memmpy");
        UUID uuid;
        try (Store store = Store.create(path, StoreOption.FREE_ROOT)) {
            uuid = store.uuid();
            store.createTable("jets");
            store.array("image", DType.UINT8, 28, 28).append(new byte[2000 * 28 * 28]);
            store.array("jets/pt", DType.FLOAT32).append(new float[3]);
            store.array("jets/substructure/tau", DType.FLOAT64, 4);
            store.array("label", DType.INT64).append(new long[] {1});
            store.attributes("").set("licence", "CC0");
            store.attributes("jets/pt").set("unit", "GeV").set("cuts", List.of(1, "é".repeat(90)));
            store.putValue("notes", "two\nlines");
            store.commit();
        }
        Parts.add(path, "label", new byte[16]);
        String tree =
                """
                NAME               KIND   DTYPE    ROW SHAPE   ROWS  PARTS     SIZE
                /                  group
                  @licence = "CC0"
                  image            array  uint8    (28, 28)   2,000      1  1.5 MiB
                  label            array  int64    ()             3      2     24 B
                  notes            value
                    = "two\\nlines"
                  jets/            table                          3
                    pt             array  float32  ()             3      1     12 B
                      @unit = "GeV"
                      @cuts = [1,"%s
                    substructure/  group
                      tau          array  float64  (4,)           0      0      0 B
                """;
        String head =
                """
                store       %s
                uuid        %s
                generation  3
                size        1.5 MiB
                on disk     1.5 MiB in %d files
                maps        4 files

                """
                        .formatted(path, uuid, files(path));
        assertEquals(head + tree.formatted("é".repeat(57) + "..."), Cli.run("describe", path).ok());
        assertEquals(
                head + tree.formatted("é".repeat(90) + "\"]"),
                Cli.run("describe", path, "--full").ok());
    }

    private static long files(Path directory) throws IOException {
        try (var all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    @Test
    void saysWhatIsThereInsteadOfAStore() throws IOException {
        Cli.run("describe", folder.resolve("no.memmpy"))
                .fails(1, "no.memmpy: no such store", "memmpy import");
        Cli.run("describe", folder).fails(1, "holds no memmpy store");
        Cli.run("describe", Files.createFile(folder.resolve("f"))).fails(1, "f: it is a file");
        Cli.run("describe").fails(2, "STORE", "'memmpy describe --help'");
    }

    @Test
    void aDamagedGenerationIsAWarningOfOneLine() throws IOException {
        Path path = folder.resolve("s.memmpy");
        Cli.run("import", Sources.ints(folder.resolve("x.npy"), 1), path).ok();
        Path newest = path.resolve("memmpy-000002.json");
        Files.writeString(newest, "x", StandardOpenOption.APPEND);
        Cli.Result result = Cli.run("describe", path);
        assertEquals(0, result.exitCode());
        assertTrue(result.out().contains("generation  1\n"));
        assertTrue(result.err().startsWith("memmpy: warning: " + newest), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
    }
}
