// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.os.NativeCalls;
import org.memmpy.store.PartedArrays;
import org.memmpy.store.Store;
import org.memmpy.testing.MappingFlags;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** However rows are read, the same bytes are delivered. */
class ReadPolicyTest {
    private static final int ROWS = 3000;
    private static final RowType WIDE = RowType.of(DType.INT32, 1500);

    @TempDir private Path directory;

    private Store create(String name, int seed, int parts) throws IOException {
        Store store = Store.create(directory.resolve(name));
        SplittableRandom random = new SplittableRandom(seed);
        int[] wide = random.ints((long) ROWS * 1500).toArray();
        int[] label = random.ints(ROWS, 0, 10).toArray();
        byte[] image = new byte[ROWS * 60];
        random.nextBytes(image);
        float[] masked = new float[ROWS * 2];
        boolean[] mask = new boolean[masked.length];
        for (int i = 0; i < masked.length; i++) {
            masked[i] = random.nextInt();
            mask[i] = random.nextInt(3) == 0;
        }
        PartedArrays.append(store, "wide", WIDE, MemorySegment.ofArray(wide), parts);
        PartedArrays.append(
                store, "label", RowType.of(DType.INT32), MemorySegment.ofArray(label), parts);
        store.array("image", DType.UINT8, 3, 20).append(image);
        store.masked("masked", DType.FLOAT32, 2).append(FloatBuffer.wrap(masked), mask);
        store.commit();
        return store;
    }

    private static LoaderBuilder columns(LoaderBuilder builder) {
        return builder.column(column("wide"))
                .column(column("label").oneHot(10))
                .column(column("image").as(DType.FLOAT32).scale(1 / 255.0))
                .column(column("masked").fillMasked(-1))
                .column(column("label"))
                .batchSize(37);
    }

    private static List<byte[]> drain(BatchLoader loader, int epochs) {
        List<byte[]> bytes = new ArrayList<>();
        for (int e = 0; e < epochs; e++) {
            try (Epoch epoch = loader.epoch(e)) {
                for (MiniBatch batch : epoch) {
                    try (batch) {
                        for (int c = 0; c < batch.columns(); c++) {
                            bytes.add(batch.segment(c).toArray(ValueLayout.JAVA_BYTE));
                        }
                        bytes.add(
                                MemorySegment.ofArray(batch.rowIds())
                                        .toArray(ValueLayout.JAVA_BYTE));
                    }
                }
                assertTrue(epoch.isComplete());
            }
        }
        return bytes;
    }

    private static void assertSame(UnaryOperator<LoaderBuilder> how, LoaderBuilder[] all) {
        List<byte[]> expected = null;
        for (int i = 0; i < all.length; i++) {
            try (BatchLoader loader = how.apply(columns(all[i])).build()) {
                List<byte[]> drained = drain(loader, 2);
                if (expected == null) {
                    expected = drained;
                }
                assertEquals(expected.size(), drained.size());
                for (int b = 0; b < drained.size(); b++) {
                    assertArrayEquals(expected.get(b), drained.get(b));
                }
            }
        }
    }

    /** Each order over a directory, a pack of it, and its rows in several parts. */
    private void assertSame(int parts, UnaryOperator<LoaderBuilder> how) throws IOException {
        Path pack = directory.resolve("pack.npz");
        try (Store store = create("a.memmpy", 1, parts)) {
            store.pack(pack);
            try (Store packed = Store.open(pack)) {
                List<LoaderBuilder> all = new ArrayList<>();
                for (Store each : List.of(store, packed)) {
                    for (ReadPolicy policy : ReadPolicy.values()) {
                        all.add(BatchLoader.builder(each.table()).read(policy));
                    }
                }
                assertSame(how, all.toArray(LoaderBuilder[]::new));
            }
        }
    }

    @Test
    void shuffledRows() throws IOException {
        assertSame(1, loader -> loader.shuffle(1).threads(3).prefetch(2));
    }

    @Test
    void shuffledRowsOfThreeParts() throws IOException {
        assertSame(3, loader -> loader.shuffle(1));
    }

    @Test
    void rowsAsTheyAre() throws IOException {
        assertSame(3, loader -> loader);
    }

    @Test
    void blocks() throws IOException {
        assertSame(1, loader -> loader.order(Order.blocks(3, 16, 16)));
    }

    @Test
    void aRankOfAFewRows() throws IOException {
        assertSame(
                1,
                loader ->
                        loader.index(RowIndex.of(5, 5, 2999, 0, 17, 18, 19))
                                .batchSize(4)
                                .shard(1, 2)
                                .ends(Ends.WRAP));
    }

    @Test
    void mixedSources() throws IOException {
        try (Store a = create("a.memmpy", 1, 2);
                Store b = create("b.memmpy", 2, 1)) {
            LoaderBuilder[] all = new LoaderBuilder[ReadPolicy.values().length];
            int at = 0;
            for (ReadPolicy policy : ReadPolicy.values()) {
                all[at++] =
                        BatchLoader.mix(
                                        new Source(a.table(), RowIndex.all(ROWS), 0.4),
                                        new Source(b.table(), RowIndex.all(ROWS), 0.6))
                                .read(policy);
            }
            assertSame(loader -> loader.shuffle(5).epochRows(2000), all);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPassEndsWheneverItIsClosed(ReadPolicy policy) throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        try (Store store = create("a.memmpy", 1, 2)) {
            for (int round = 0; round < 60; round++) {
                BatchLoader loader =
                        columns(BatchLoader.builder(store.table()))
                                .read(policy)
                                .shuffle(round)
                                .build();
                Epoch epoch = loader.epoch(0);
                for (int taken = random.nextInt(6); taken > 0; taken--) {
                    epoch.next().close();
                }
                if (random.nextBoolean()) {
                    epoch.close();
                }
                loader.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStoreThatIsClosedMeanwhileIsSaidSo(ReadPolicy policy) throws IOException {
        for (int taken = 0; taken < 5; taken++) {
            Store store = create(policy.toString() + taken, 1, 1);
            try (BatchLoader loader =
                            columns(BatchLoader.builder(store.table())).read(policy).build();
                    Epoch epoch = loader.epoch(0)) {
                for (int i = 0; i < taken; i++) {
                    epoch.next().close();
                }
                store.close();
                Throwable said = null;
                try {
                    while (epoch.hasNext()) {
                        epoch.next().close();
                    }
                } catch (MemmpyException e) {
                    said = e;
                }
                // a pass that has begun goes on; no other begins
                assertTrue(
                        said == null
                                ? epoch.isComplete()
                                : said.getMessage().contains("the store was closed"),
                        () -> policy + ": delivered all, or said something else");
            }
        }
    }

    @Test
    void saysHowItReads() throws IOException {
        try (Store store = create("a.memmpy", 1, 1)) {
            for (ReadPolicy policy : ReadPolicy.values()) {
                try (BatchLoader loader =
                                columns(BatchLoader.builder(store.table()))
                                        .read(policy)
                                        .shuffle(1)
                                        .build();
                        Epoch epoch = loader.epoch(0)) {
                    epoch.forEach(MiniBatch::close);
                    ReadStats stats = epoch.stats().reads();
                    assertEquals(policy, stats.policy());
                    if (policy == ReadPolicy.PREAD) {
                        assertEquals(ReadMode.PREAD, stats.mode());
                        assertTrue(stats.diskWaitNanos() > 0, stats::toString);
                    } else if (policy == ReadPolicy.MAPPED && NativeCalls.isAvailable()) {
                        assertEquals(ReadMode.ASK, stats.mode());
                        assertNotEquals(0, stats.askedBytes());
                    }
                    assertTrue(epoch.stats().toString().contains(policy + ": "), stats::toString);
                }
            }
        }
    }

    @Test
    void aValidationPassDoesNotUndoTheAdviceOfTraining() throws IOException {
        MappingFlags.assumeShown();
        try (Store store = create("a.memmpy", 1, 1);
                BatchLoader training =
                        BatchLoader.builder(store.table())
                                .column(column("image"))
                                .shuffle(1)
                                .build();
                BatchLoader validation =
                        BatchLoader.builder(store.table()).column(column("image")).build();
                Epoch epoch = training.epoch(0)) {
            Path file = store.path().resolve("image.npy");
            epoch.next().close();
            assertEquals(List.of("rr"), MappingFlags.of(file));
            drain(validation, 1);
            assertEquals(List.of("rr", "sr"), MappingFlags.of(file));
            epoch.next().close();
            assertEquals(List.of("rr", "sr"), MappingFlags.of(file));
        }
    }
}
