// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.DType.FLOAT32;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.index.RowIndex;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** However a pass is cut into pieces, they are its rows in their order. */
class CutTest extends WithTable {
    private static void check(DataSet piece, int rows) {
        assertArrayEquals(new long[] {rows, 1, 2, 3}, piece.getFeatures().shape());
        assertArrayEquals(new long[] {rows, CLASSES}, piece.getLabels().shape());
        assertEquals('c', piece.getFeatures().ordering());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 10, 64, 102, 200})
    void piecesOfTheSameSize(int batchSize) {
        try (MemmpyDataSetIterator whole = builder().shuffle(4).build();
                MemmpyDataSetIterator cut = builder().shuffle(4).batchSize(batchSize).build()) {
            List<Integer> expected = drain(whole);
            for (int rows : new int[] {1, 2, 4, 10, 16, 20, 30, 33, 50, 51, 102, 103, 104}) {
                cut.epoch(0);
                List<Integer> read = new ArrayList<>();
                while (cut.hasNext()) {
                    DataSet piece = cut.next(rows);
                    check(piece, Math.min(rows, ROWS - read.size()));
                    read.addAll(ids(piece));
                }
                assertEquals(expected, read, "next(" + rows + ")");
            }
        }
    }

    @Test
    void anyMixtureOfPiecesAndBatches() {
        Random random = new Random(11);
        for (int round = 0; round < 80; round++) {
            int count = 1 + random.nextInt(ROWS);
            int batchSize = 1 + random.nextInt(count + 5);
            RowIndex index = RowIndex.range(ROWS - count, ROWS);
            StringBuilder said = new StringBuilder("%d rows by %d".formatted(count, batchSize));
            try (MemmpyDataSetIterator whole = builder().index(index).shuffle(round).build();
                    MemmpyDataSetIterator cut =
                            builder().index(index).shuffle(round).batchSize(batchSize).build()) {
                List<Integer> expected = drain(whole);
                List<DataSet> pieces = new ArrayList<>();
                List<Integer> read = new ArrayList<>();
                while (cut.hasNext()) {
                    int left = count - read.size();
                    int toBoundary = Math.min(left, batchSize - read.size() % batchSize);
                    DataSet piece;
                    if (random.nextInt(3) == 0) {
                        said.append(" next()");
                        piece = cut.next();
                        check(piece, toBoundary);
                    } else {
                        int rows = 1 + random.nextInt(2 * batchSize + 1);
                        said.append(" next(").append(rows).append(')');
                        piece = cut.next(rows);
                        check(piece, Math.min(rows, left));
                    }
                    pieces.add(piece);
                    read.addAll(ids(piece));
                }
                assertEquals(expected, read, said::toString);
                cut.reset();
                assertEquals(1, cut.epoch(), said::toString);
                List<Integer> again = new ArrayList<>();
                pieces.forEach(piece -> again.addAll(ids(piece)));
                assertEquals(expected, again, said::toString);
            }
        }
    }

    @Test
    void piecesOfNumbersAreColumns() {
        try (MemmpyDataSetIterator iterator =
                builder().feature(column("id").as(FLOAT32)).label(column("id")).build()) {
            for (int at = 0; at < ROWS; ) {
                DataSet piece = iterator.next(4);
                int rows = Math.min(4, ROWS - at);
                assertArrayEquals(new long[] {rows, 1}, piece.getFeatures().shape());
                assertArrayEquals(new long[] {rows, 1}, piece.getLabels().shape());
                for (int r = 0; r < rows; r++, at++) {
                    assertEquals(at, piece.getFeatures().getInt(r, 0));
                    assertEquals(at, piece.getLabels().getInt(r, 0));
                }
            }
            assertFalse(iterator.hasNext());
        }
    }

    @Test
    void aPieceKeepsItsMemoryWhateverBecomesOfTheOthers() {
        try (MemmpyDataSetIterator iterator = builder().memoryCap(1).prefetch(1).build()) {
            List<DataSet> kept = new ArrayList<>();
            for (int epoch = 0; epoch < 5; epoch++) {
                for (int b = 0; b < ROWS / 10; b++) {
                    iterator.next(3).getFeatures().assign(-1);
                    kept.add(iterator.next(2));
                    iterator.next(5).getFeatures().assign(-1);
                    if (b % 4 == 0) {
                        System.gc();
                    }
                }
                iterator.next();
                iterator.reset();
            }
            for (int i = 0; i < kept.size(); i++) {
                int first = i % (ROWS / 10) * 10 + 3;
                assertEquals(List.of(first, first + 1), ids(kept.get(i)));
            }
        }
    }

    @Test
    void whatSpansBatchesIsNotAWorkspaces() {
        try (MemmpyDataSetIterator iterator = builder().build();
                MemoryWorkspace scope =
                        Nd4j.getWorkspaceManager().getAndActivateWorkspace("memmpy-cut")) {
            DataSet piece = iterator.next(15);
            assertTrue(scope.isScopeActive());
            assertFalse(piece.getFeatures().isAttached());
            assertFalse(piece.getLabels().isAttached());
            assertEquals(allRows().subList(0, 15), ids(piece));
        }
    }
}
