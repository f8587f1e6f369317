// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.index.RowIndex;
import org.memmpy.store.PartedArrays;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Thousands of random cuts over odd columns: the rows are those that NumPy finds. */
class CutNumPyTest {
    private static final int ROWS = 9_001;
    private static final int CUTS = 3000;

    private static final Map<String, DType> COLUMNS =
            Map.ofEntries(
                    Map.entry("b1", DType.BOOL),
                    Map.entry("i1", DType.INT8),
                    Map.entry("i2", DType.INT16),
                    Map.entry("i4", DType.INT32),
                    Map.entry("i8", DType.INT64),
                    Map.entry("u1", DType.UINT8),
                    Map.entry("u2", DType.UINT16),
                    Map.entry("u4", DType.UINT32),
                    Map.entry("u8", DType.UINT64),
                    Map.entry("f2", DType.FLOAT16),
                    Map.entry("f4", DType.FLOAT32),
                    Map.entry("f8", DType.FLOAT64));

    private static final String CHECK =
            """
            import zlib
            np.seterr(all="ignore")
            if int(np.__version__.split(".")[0]) < 2:
                print("NumPy", np.__version__)
                sys.exit(0)
            names = dict(abs=np.abs, min=np.minimum, max=np.maximum, sqrt=np.sqrt, floor=np.floor,
                         isnan=np.isnan)
            for name in "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8".split():
                names[name] = np.load(args[0] + "/" + name + ".npy")
            wrong = refused = 0
            for line in open(args[1]):
                cut, ours = line.rstrip("\\n").split("\\t")
                try:
                    found = eval(cut, {"__builtins__": {}}, names)
                except Exception as e:
                    found = e
                else:
                    if np.result_type(found) != bool:
                        found = TypeError("not boolean")
                    else:
                        rows = np.flatnonzero(np.broadcast_to(found, len(names["b1"])))
                        found = f"{len(rows)} {zlib.crc32(rows.astype('<i8').tobytes()):08x}"
                if isinstance(found, Exception):
                    refused += 1
                    # of booleans and integers beyond int64 ours knows the answer
                    if not ours.startswith("refused") and "C long" not in str(found):
                        wrong += 1
                        print(cut, "ours:", ours, "NumPy:", repr(found))
                elif ours != found:
                    wrong += 1
                    print(cut, "ours:", ours, "NumPy:", found)
            print(wrong, "of", refused)
            """;

    @TempDir private Path directory;

    @Test
    @EnabledIfNumPy
    void findsTheSameRows() throws IOException {
        Path flat = directory.resolve("flat");
        Path parted = directory.resolve("parted");
        List<String> lines = new ArrayList<>();
        int refused = 0;
        try (Store one = Store.create(flat, StoreOption.NO_FORCE);
                Store many = Store.create(parted, StoreOption.NO_FORCE)) {
            fill(one, many);
            RandomCuts random = new RandomCuts(1);
            for (int i = 0; i < CUTS; i++) {
                String cut = random.condition(i % 4);
                String found = found(cut, many);
                refused += found.contains("refused") ? 1 : 0;
                lines.add(cut + "\t" + found);
            }
        }
        Path file = Files.write(directory.resolve("cuts"), lines);
        String answer = NumPy.run(CHECK, flat, file);
        if (!answer.startsWith("NumPy")) {
            assertEquals("0", answer.lines().toList().getLast().split(" ")[0], answer);
        }
        assertTrue(refused < CUTS / 4, refused + " were refused");
    }

    private static void fill(Store one, Store many) throws IOException {
        for (Map.Entry<String, DType> column : COLUMNS.entrySet()) {
            DType dtype = column.getValue();
            MemorySegment bytes = OddColumns.of(dtype, ROWS, dtype.bytes());
            one.array(column.getKey(), dtype).append(bytes);
            PartedArrays.append(many, column.getKey(), RowType.of(dtype), bytes, dtype.bytes() % 5);
        }
        one.commit();
        many.commit();
    }

    private static String found(String cut, Store store) {
        try {
            RowIndex rows = Cut.parse(cut).uncached().rows(store.table(), 1);
            long[] all = new long[(int) rows.size()];
            rows.fill(0, all, 0, all.length);
            java.util.zip.CRC32 crc = new java.util.zip.CRC32();
            java.nio.ByteBuffer bytes =
                    java.nio.ByteBuffer.allocate(8 * all.length)
                            .order(java.nio.ByteOrder.LITTLE_ENDIAN);
            bytes.asLongBuffer().put(all);
            crc.update(bytes);
            return "%d %08x".formatted(all.length, crc.getValue());
        } catch (CutException e) {
            return "refused: " + e.getMessage().lines().findFirst().orElse("");
        }
    }
}
