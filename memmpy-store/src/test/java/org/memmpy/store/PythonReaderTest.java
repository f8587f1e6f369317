// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.RowType;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** docs/read_memmpy.py, the reader that everybody can copy, against stores of ours. */
class PythonReaderTest {
    private static final Path READER = Path.of("../docs/read_memmpy.py");

    private static final String CHECK =
            """
            import sys
            sys.path.insert(0, args[0])
            import numpy as np
            from read_memmpy import Store
            s = Store(args[1])
            assert s.manifest["generation"] == 3 and s.groups["events"]["kind"] == "table"
            image = s.array("events/image")
            assert image.dtype == "u1" and image.shape == (4, 2, 3), image
            assert image.ravel().tolist() == list(range(24))
            assert isinstance(image, np.memmap)
            assert s.array("half").tolist() == [0x3f80, 0xc000]
            assert s.array("parted").tolist() == [0, 1, 2, 3, 4, 5]
            assert s.array("empty").shape == (0, 5)
            assert [r.tolist() for r in s.ragged("jets")] == [[1, 2], [], [3, 4, 5]]
            shaped = s.ragged("shaped")
            assert shaped[0].tolist() == [[1, 2, 3], [4, 5, 6]] and shaped[1].shape == (0, 7)
            keyed = s.ragged("keyed")
            assert list(keyed) == ["a", "größe"] and keyed["größe"].tolist() == [3]
            masked = s.masked("events/m")
            assert masked.filled().tolist() == [1.5, -1, 3.5, -1], masked
            nan = s.masked("nan")
            assert np.isnan(nan.fill_value) and nan.filled()[1] == 2, nan
            assert s.value("notes/run") == {"n": [1, None, "x"]}
            assert s.attributes() == {"by": "me"} and s.attributes("events/image")["unit"] == "px"
            raw = open(args[1] + "/memmpy-000003.json", "rb").read()
            open(args[1] + "/memmpy-000003.json", "wb").write(raw.replace(b"by", b"bx"))
            assert Store(args[1]).manifest["generation"] == 2
            """;

    @TempDir private Path directory;

    @Test
    void hasSixtyLines() throws IOException {
        List<String> lines = Files.readAllLines(READER);
        assertTrue(lines.size() <= 60, lines.size() + " lines");
        assertTrue(lines.stream().allMatch(line -> line.length() <= 120), "a line is long");
        List<String> imports = lines.stream().filter(line -> line.startsWith("import")).toList();
        assertEquals(List.of("import json, os, re", "import numpy as np"), imports);
    }

    @Test
    @EnabledIfNumPy
    void readsAllKindsOfNodes() throws IOException {
        Path path = directory.resolve("test.memmpy");
        try (Store store = Store.create(path, StoreOption.FREE_ROOT)) {
            fill(store);
            store.commit();
            MemorySegment rows = MemorySegment.ofArray(new int[] {0, 1, 2, 3, 4, 5});
            PartedArrays.append(store, "parted", RowType.of(DType.INT32), rows, 4);
            store.attributes("").set("by", "me");
            store.commit();
        }
        NumPy.run(CHECK, READER.toAbsolutePath().getParent(), path);
    }

    private static void fill(Store store) throws IOException {
        store.createTable("events");
        byte[] pixels = new byte[24];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) i;
        }
        store.array("events/image", DType.UINT8, 2, 3).append(pixels);
        store.attributes("events/image").set("unit", "px");
        MaskedArray masked = store.masked("events/m", DType.FLOAT32);
        masked.append(
                FloatBuffer.wrap(new float[] {1.5f, 9, 3.5f, 9}),
                new boolean[] {false, true, false, true});
        masked.setFillValue(-1);
        MaskedArray nan = store.masked("nan", DType.FLOAT64);
        nan.append(DoubleBuffer.wrap(new double[] {1, 2}), new boolean[] {true, false});
        nan.setFillValue(Double.NaN);
        store.array("half", DType.BFLOAT16).append(new short[] {0x3f80, (short) 0xc000});
        store.array("empty", DType.INT64, 5);
        RaggedArray jets = store.ragged("jets", RaggedType.of(DType.FLOAT32));
        jets.appendAll(new float[] {1, 2, 3, 4, 5}, new long[] {2, 0, 3});
        RaggedArray shaped = store.ragged("shaped", RaggedType.shaped(DType.INT16, 2));
        shaped.append(new short[] {1, 2, 3, 4, 5, 6}, 2, 3);
        shaped.append(new short[0], 0, 7);
        RaggedArray keyed = store.ragged("keyed", RaggedType.of(DType.INT8).keyed());
        keyed.put("a", new byte[] {1, 2});
        keyed.put("größe", new byte[] {3});
        store.putValue("notes/run", Map.of("n", Arrays.asList(1, null, "x")));
    }
}
