// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.DType.FLOAT32;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.batch.Column;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of different lengths as recurrent layers want them. Row {@code r} of {@code track} has
 * {@code r % 7} steps; feature {@code f} of its step {@code t} is {@code 1000 r + 10 t + f}.
 */
class SequenceTest {
    private static final int ROWS = 60;
    private static final int FEATURES = 3;

    @TempDir Path folder;
    private Store store;

    private static int steps(int row) {
        return row % 7;
    }

    @BeforeEach
    void write() throws IOException {
        Path path = folder.resolve("sequences.memmpy");
        try (Store writer = Store.create(path, StoreOption.NO_FORCE)) {
            RaggedArray tracks = writer.ragged("track", RaggedType.of(FLOAT32, FEATURES));
            RaggedArray squares = writer.ragged("square", RaggedType.of(FLOAT32, 1, FEATURES));
            RaggedArray kinds = writer.ragged("kind", RaggedType.of(DType.UINT8));
            RaggedArray firsts = writer.ragged("first", RaggedType.of(FLOAT32));
            int[] id = new int[ROWS];
            float[] fixed = new float[ROWS * 4 * 2];
            for (int r = 0; r < ROWS; r++) {
                float[] track = new float[steps(r) * FEATURES];
                float[] first = new float[steps(r)];
                for (int t = 0; t < steps(r); t++) {
                    first[t] = 1000 * r + 10 * t;
                    for (int f = 0; f < FEATURES; f++) {
                        track[t * FEATURES + f] = 1000 * r + 10 * t + f;
                    }
                }
                tracks.append(track);
                squares.append(track);
                firsts.append(first);
                byte[] kind = new byte[steps(r)];
                for (int t = 0; t < kind.length; t++) {
                    kind[t] = (byte) ((r + t) % 4);
                }
                kinds.append(kind);
                id[r] = r;
            }
            for (int i = 0; i < fixed.length; i++) {
                fixed[i] = i;
            }
            writer.array("fixed", FLOAT32, 4, 2).append(fixed);
            byte[] classes = new byte[ROWS * 5];
            for (int i = 0; i < classes.length; i++) {
                classes[i] = (byte) (i % 3);
            }
            writer.array("classes", DType.UINT8, 5).append(classes);
            writer.array("one", DType.UINT8, 1).append(Arrays.copyOf(classes, ROWS));
            writer.array("id", DType.INT32).append(id);
            writer.commit();
        }
        store = Store.open(path);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private MemmpyDataSetIterator.Builder builder(Column track) {
        return new MemmpyDataSetIterator.Builder(store.table())
                .featureSequence(track)
                .label(column("id"))
                .batchSize(8);
    }

    /** The rows of a batch of {@code track}, after checking each number and mask. */
    private static List<Integer> ids(DataSet batch, int width, int padding) {
        INDArray features = batch.getFeatures();
        INDArray mask = batch.getFeaturesMaskArray();
        int rows = batch.numExamples();
        assertArrayEquals(new long[] {rows, FEATURES, width}, features.shape());
        assertArrayEquals(new long[] {rows, width}, mask.shape());
        assertEquals(DataType.FLOAT, mask.dataType());
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            int row = batch.getLabels().getInt(i, 0);
            for (int t = 0; t < width; t++) {
                boolean real = t < steps(row);
                assertEquals(real ? 1 : 0, mask.getFloat(i, t), "mask of row " + row);
                for (int f = 0; f < FEATURES; f++) {
                    float expected = real ? 1000 * row + 10 * t + f : padding;
                    assertEquals(expected, features.getFloat(i, f, t), "row " + row);
                }
            }
            ids.add(row);
        }
        return ids;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 9})
    void rowsOfOneLength(int width) {
        try (MemmpyDataSetIterator iterator =
                builder(column("track").padTo(width).fillPadding(-1)).shuffle(2).build()) {
            assertEquals(FEATURES, iterator.inputColumns());
            List<Integer> read = new ArrayList<>();
            while (iterator.hasNext()) {
                read.addAll(ids(iterator.next(), width, -1));
            }
            assertEquals(ROWS, read.stream().distinct().count());
        }
    }

    private static int longest(int from, int rows) {
        int most = 1;
        for (int r = from; r < Math.min(from + rows, ROWS); r++) {
            most = Math.max(most, steps(r));
        }
        return most;
    }

    @ParameterizedTest
    @ValueSource(strings = {"track", "square"})
    void rowsAsLongAsTheLongestOfTheirBatch(String name) {
        for (Column track :
                List.of(column(name).padToLongest(), column(name).padToLongest().flatten())) {
            try (MemmpyDataSetIterator iterator = builder(track).batchSize(3).build()) {
                for (int at = 0; at < ROWS; at += 3) {
                    ids(iterator.next(), longest(at, 3), 0);
                }
                assertFalse(iterator.hasNext());
            }
        }
    }

    @Test
    void theMaskIsNotScaledAsTheStepsAre() {
        try (MemmpyDataSetIterator iterator =
                builder(column("track").padTo(6).as(DType.FLOAT64).scale(0.5).shift(1)).build()) {
            DataSet batch = iterator.next();
            assertEquals(DataType.DOUBLE, batch.getFeatures().dataType());
            assertEquals(5022 / 2.0 + 1, batch.getFeatures().getDouble(5, 2, 2));
            assertEquals(DataType.FLOAT, batch.getFeaturesMaskArray().dataType());
            assertEquals(
                    Nd4j.createFromArray(new float[] {1, 1, 1, 1, 1, 0}),
                    batch.getFeaturesMaskArray().getRow(5));
        }
    }

    @Test
    void theEngineReadsTheViewAsItReadsItsOwn() {
        try (MemmpyDataSetIterator iterator = builder(column("track").padTo(6)).build()) {
            INDArray view = iterator.next().getFeatures();
            INDArray own = Nd4j.create(DataType.FLOAT, 8, FEATURES, 6);
            for (int i = 0; i < 8; i++) {
                for (int t = 0; t < steps(i); t++) {
                    for (int f = 0; f < FEATURES; f++) {
                        own.putScalar(new int[] {i, f, t}, 1000 * i + 10 * t + f);
                    }
                }
            }
            assertEquals(own, view);
            assertEquals(own.dup('f'), view.dup('f'));
            assertEquals(own.sum(0, 2), view.sum(0, 2));
            assertEquals(own.tensorAlongDimension(3, 1, 2), view.tensorAlongDimension(3, 1, 2));
            assertEquals(own.permute(0, 2, 1).reshape(48, 3), view.permute(0, 2, 1).reshape(48, 3));
            view.muli(2);
            assertEquals(own.mul(2), view);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 8, 13, 29, 100})
    void piecesOfBatchesOfDifferentLengthsGetTheLongest(int rows) {
        try (MemmpyDataSetIterator cut =
                        builder(column("track").padToLongest()).batchSize(3).build();
                MemoryWorkspace scope =
                        Nd4j.getWorkspaceManager().getAndActivateWorkspace("memmpy-sequences")) {
            assertTrue(scope.isScopeActive());
            for (int at = 0; at < ROWS; at += rows) {
                DataSet piece = cut.next(rows);
                // of every batch that it has rows of
                int from = at / 3 * 3;
                int to = (Math.min(at + rows, ROWS) + 2) / 3 * 3;
                List<Integer> ids = ids(piece, longest(from, to - from), 0);
                assertEquals(Math.min(rows, ROWS - at), ids.size());
                assertEquals(at, ids.getFirst());
                assertFalse(piece.getFeatures().isAttached());
                assertFalse(piece.getFeaturesMaskArray().isAttached());
            }
        }
    }

    @Test
    void aStepOfOneNumberIsOneFeature() {
        try (MemmpyDataSetIterator iterator = builder(column("first").padTo(6)).build()) {
            assertEquals(1, iterator.inputColumns());
            DataSet batch = iterator.next();
            assertArrayEquals(new long[] {8, 1, 6}, batch.getFeatures().shape());
            assertEquals(4020, batch.getFeatures().getInt(4, 0, 2));
            assertEquals(4, batch.getFeaturesMaskArray().getRow(4).sumNumber().intValue());
        }
    }

    @Test
    void rowsOfOneShapeAreSequencesWithoutAMask() {
        try (MemmpyDataSetIterator iterator = builder(column("fixed")).build()) {
            assertEquals(2, iterator.inputColumns());
            DataSet batch = iterator.next();
            assertArrayEquals(new long[] {8, 2, 4}, batch.getFeatures().shape());
            assertEquals(8 * 3 + 2 * 2 + 1, batch.getFeatures().getInt(3, 1, 2));
            assertNull(batch.getFeaturesMaskArray());
            assertNull(batch.getLabelsMaskArray());
        }
        try (MemmpyDataSetIterator iterator = builder(column("fixed").flatten()).build()) {
            assertArrayEquals(new long[] {8, 1, 8}, iterator.next().getFeatures().shape());
        }
    }

    @Test
    void labelsAreSequencesToo() {
        try (MemmpyDataSetIterator iterator =
                builder(column("track").padTo(5)).labelSequence(column("first").padTo(5)).build()) {
            assertEquals(1, iterator.totalOutcomes());
            DataSet batch = iterator.next();
            assertArrayEquals(new long[] {8, 1, 5}, batch.getLabels().shape());
            assertEquals(batch.getFeaturesMaskArray(), batch.getLabelsMaskArray());
            assertEquals(batch.getFeatures().tensorAlongDimension(0, 2).getFloat(0), 0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void classIdsOfStepsAreOneHotLabels(boolean longest) {
        Column kind = column("kind").oneHot(4);
        try (MemmpyDataSetIterator iterator =
                builder(column("track").padTo(6))
                        .labelSequence(longest ? kind.padToLongest() : kind.padTo(6))
                        .build()) {
            assertEquals(4, iterator.totalOutcomes());
            DataSet batch = iterator.next();
            assertArrayEquals(new long[] {8, 4, 6}, batch.getLabels().shape());
            assertEquals(batch.getFeaturesMaskArray(), batch.getLabelsMaskArray());
            for (int r = 0; r < 8; r++) {
                for (int t = 0; t < 6; t++) {
                    for (int c = 0; c < 4; c++) {
                        boolean one = t < steps(r) && (r + t) % 4 == c;
                        assertEquals(one ? 1 : 0, batch.getLabels().getInt(r, c, t));
                    }
                }
            }
        }
    }

    @Test
    void classIdsOfRowsOfOneLengthAreOneHotLabels() {
        try (MemmpyDataSetIterator iterator =
                builder(column("fixed")).labelSequence(column("classes").oneHot(3)).build()) {
            assertEquals(3, iterator.totalOutcomes());
            INDArray labels = iterator.next().getLabels();
            assertArrayEquals(new long[] {8, 3, 5}, labels.shape());
            for (int i = 0; i < 8 * 5; i++) {
                for (int c = 0; c < 3; c++) {
                    assertEquals(i % 3 == c ? 1 : 0, labels.getInt(i / 5, c, i % 5));
                }
            }
        }
    }

    @Test
    void oneStepIsASequence() {
        try (MemmpyDataSetIterator iterator =
                builder(column("one").oneHot(3))
                        .labelSequence(column("classes").flatten().oneHot(3))
                        .build()) {
            DataSet batch = iterator.next();
            assertArrayEquals(new long[] {8, 3, 1}, batch.getFeatures().shape());
            assertArrayEquals(new long[] {8, 3, 5}, batch.getLabels().shape());
            assertEquals(1, batch.getFeatures().getInt(5, 2, 0));
            assertEquals(1, batch.getLabels().getInt(7, 39 % 3, 4));
        }
    }

    @Test
    void masksAreChosen() {
        try (MemmpyDataSetIterator iterator =
                builder(column("track").padTo(5))
                        .featureMask(column("track").padTo(4).mask())
                        .labelMask(column("id").as(DType.FLOAT64))
                        .build()) {
            DataSet batch = iterator.next();
            assertArrayEquals(new long[] {8, 4}, batch.getFeaturesMaskArray().shape());
            assertEquals(DataType.FLOAT, batch.getFeaturesMaskArray().dataType());
            assertArrayEquals(new long[] {8, 1}, batch.getLabelsMaskArray().shape());
            assertEquals(DataType.DOUBLE, batch.getLabelsMaskArray().dataType());
            assertEquals(7, batch.getLabelsMaskArray().getInt(7, 0));
        }
    }

    @Test
    void aMaskThatHasNoRowForEachOfTheBatchIsRefused() {
        for (Column mask : List.of(column("first").packed(), column("first").offsets())) {
            String message =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () ->
                                            builder(column("track").padTo(3))
                                                    .featureMask(mask)
                                                    .build())
                            .getMessage();
            assertTrue(message.contains("padTo(n)"), message);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> builder(column("track").padTo(3)).labelMask(mask).build());
            MemmpyMultiDataSetIterator.Builder several =
                    new MemmpyMultiDataSetIterator.Builder(store.table())
                            .featureSequence(column("track").padTo(3))
                            .label(column("id"));
            assertThrows(IllegalArgumentException.class, () -> several.featureMask(mask));
            assertThrows(IllegalArgumentException.class, () -> several.labelMask(mask));
        }
    }

    @Test
    void arraysStayRightWhenTheirMemoryIsScarce() {
        List<DataSet> kept = new ArrayList<>();
        try (MemmpyDataSetIterator iterator =
                builder(column("track").padToLongest()).memoryCap(1).prefetch(1).build()) {
            for (int epoch = 0; epoch < 5; epoch++) {
                while (iterator.hasNext()) {
                    DataSet batch = iterator.next();
                    if (epoch == 0) {
                        kept.add(batch);
                    }
                }
                System.gc();
                iterator.reset();
            }
        }
        for (int b = 0; b < kept.size(); b++) {
            assertEquals(8 * b, ids(kept.get(b), longest(8 * b, 8), 0).getFirst());
        }
    }

    @Test
    void whatHasNoStepsIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> builder(column("track")));
        assertThrows(IllegalArgumentException.class, () -> builder(column("track").packed()));
        assertThrows(IllegalArgumentException.class, () -> builder(column("track").lengths()));
        assertThrows(
                IllegalArgumentException.class, () -> builder(column("track").padTo(2).mask()));
        String number =
                assertThrows(IllegalArgumentException.class, () -> builder(column("id")))
                        .getMessage();
        assertTrue(number.contains("no sequence"), number);
        Column oneHot = column("id").oneHot(ROWS);
        assertThrows(IllegalArgumentException.class, () -> builder(oneHot));
    }
}
