// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.format.Json;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the Python libraries hold in ragged form, a ragged array holds. */
class PeerFilesTest {
    @TempDir private Path directory;

    private static Path peers() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path peers = at.resolve("shared/peer-files");
            if (Files.isDirectory(peers)) {
                return peers;
            }
        }
        assumeTrue(false, "no directory shared/peer-files above this one");
        throw new AssertionError();
    }

    private static Map<?, ?> expected(Path peers, String library) throws IOException {
        return (Map<?, ?>)
                Json.copy(
                        Json.parse(
                                Files.readAllBytes(
                                        peers.resolve("expected-" + library + ".json"))));
    }

    private static List<?> list(Object json) {
        return (List<?>) json;
    }

    private static long[] longs(Object json) {
        return list(json).stream().mapToLong(number -> ((Number) number).longValue()).toArray();
    }

    private Path store() {
        return directory.resolve("test.memmpy");
    }

    @Test
    void namedSlicesOfABigarray() throws IOException {
        Path peers = peers();
        Map<?, ?> expected = expected(peers, "bigarray");
        Map<?, ?> slices = (Map<?, ?>) expected.get("bigarray-pointer indices");
        int count = (int) longs(((Map<?, ?>) expected.get("bigarray-pointer")).get("shape"))[0];
        ByteBuffer file =
                ByteBuffer.wrap(Files.readAllBytes(peers.resolve("bigarray-pointer")))
                        .order(ByteOrder.LITTLE_ENDIAN);
        int start = indexOfCounting(file);
        List<String> names = new ArrayList<>();
        List<Long> lengths = new ArrayList<>();
        slices.forEach(
                (name, range) -> {
                    names.add((String) name);
                    lengths.add(longs(range)[1] - longs(range)[0]);
                });
        try (Store store = Store.create(store())) {
            RaggedArray array = store.ragged("slices", RaggedType.of(DType.INT32).keyed());
            array.putAll(
                    names,
                    MemorySegment.ofBuffer(file).asSlice(start, 4L * count),
                    lengths.stream().mapToLong(Long::longValue).toArray());
            store.commit();
            for (Map.Entry<?, ?> slice : slices.entrySet()) {
                long row = array.row((String) slice.getKey());
                assertEquals(longs(slice.getValue())[0], array.offset(row));
                assertEquals(longs(slice.getValue())[0], array.getInts(row)[0]);
            }
            long[] name66 = longs(expected.get("bigarray-pointer name66"));
            int[] row = array.getInts(array.row("name66"));
            assertEquals(name66.length, row.length);
            for (int i = 0; i < row.length; i++) {
                assertEquals(name66[i], row[i]);
            }
        }
    }

    private static MemorySegment raw(Path file) throws IOException {
        return MemorySegment.ofArray(Files.readAllBytes(file));
    }

    /** {@return where 0, 1, 2, 3, 4 begin: behind a header that is not this test's affair} */
    private static int indexOfCounting(ByteBuffer file) {
        for (int at = 0; at + 20 <= file.limit(); at++) {
            int i = 0;
            while (i < 5 && file.getInt(at + 4 * i) == i) {
                i++;
            }
            if (i == 5) {
                return at;
            }
        }
        throw new AssertionError("the data were not found");
    }

    @Test
    void groupsOfAFrameInHmf() throws IOException {
        Path peers = peers();
        Map<?, ?> expected = expected(peers, "hmf");
        try (Store store = Store.create(store())) {
            RaggedArray groups = store.ragged("arrayA", RaggedType.of(DType.FLOAT64, 2).keyed());
            for (String group : List.of("Aaa", "Bbb", "Ccc")) {
                Path file = peers.resolve("hmf-pandas").resolve(group + "__arrayA");
                groups.put(group, raw(file));
            }
            store.commit();
            for (String group : List.of("Ccc", "Aaa", "Bbb")) {
                long row = groups.row(group);
                Map<?, ?> array = (Map<?, ?>) expected.get("hmf-pandas:/" + group + "/arrayA");
                assertArrayEquals(longs(array.get("shape")), groups.shape(row));
                double[] values = groups.getDoubles(row);
                double sum = 0;
                for (double value : values) {
                    sum += value;
                }
                assertEquals(((Number) array.get("sum")).doubleValue(), sum, 1e-9);
                for (int i = 0; i < 5; i++) {
                    double first = ((Number) list(array.get("first")).get(i)).doubleValue();
                    assertEquals(first, values[i]);
                }
            }
        }
    }

    @Test
    void jaggedAndShapedArraysOfMemmpy() throws IOException {
        Path peers = peers();
        Map<?, ?> expected = expected(peers, "memmpy013");
        Path arrays = peers.resolve("memmpy-0.1.3.mmpy"); // raw bytes, named by a hash
        long[] lengths = longs(expected.get("memmpy-0.1.3.mmpy/jet_pt lengths"));
        List<?> images = list(expected.get("memmpy-0.1.3.mmpy/images (shaped)"));
        try (Store store = Store.create(store(), StoreOption.FREE_ROOT)) {
            RaggedArray pt = store.ragged("jet_pt", RaggedType.of(DType.FLOAT32));
            pt.appendAll(raw(arrays.resolve("9f067a833d538a59.npy")), lengths);
            RaggedArray shaped = store.ragged("images", RaggedType.shaped(DType.UINT8, 2));
            long[] shapes =
                    raw(arrays.resolve("b59f6441404d83ff.npy"))
                            .toArray(ValueLayout.JAVA_LONG_UNALIGNED);
            shaped.appendAll(raw(arrays.resolve("8c95429313ddd72c.npy")), shapes);
            store.commit();
            for (int row = 0; row < lengths.length; row++) {
                assertEquals(lengths[row], pt.length(row));
            }
            Map<?, ?> values = (Map<?, ?>) expected.get("memmpy-0.1.3.mmpy/jet_pt (jagged values)");
            double sum = 0;
            for (int row = 0; row < pt.rows(); row++) {
                for (float value : pt.getFloats(row)) {
                    sum += value;
                }
            }
            assertEquals(((Number) values.get("sum")).doubleValue(), sum, 0.01);
            assertEquals(images.size(), shaped.rows());
            for (int row = 0; row < images.size(); row++) {
                Map<?, ?> image = (Map<?, ?>) images.get(row);
                assertArrayEquals(longs(image.get("shape")), shaped.shape(row));
                long pixels = 0;
                for (byte pixel : shaped.getBytes(row)) {
                    pixels += pixel & 0xff;
                }
                assertEquals(((Number) image.get("sum")).longValue(), pixels);
            }
        }
    }
}
