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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
            store.commit();
        }
        assertEquals(
                """
                store       %s
                uuid        %s
                generation  2
                size        1.5 MiB

                NAME               KIND   DTYPE    ROW SHAPE   ROWS     SIZE
                /                  group
                  image            array  uint8    (28, 28)   2,000  1.5 MiB
                  label            array  int64    ()             1      8 B
                  jets/            table                          3
                    pt             array  float32  ()             3     12 B
                    substructure/  group
                      tau          array  float64  (4,)           0      0 B
                """
                        .formatted(path, uuid),
                Cli.run("describe", path).ok());
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
