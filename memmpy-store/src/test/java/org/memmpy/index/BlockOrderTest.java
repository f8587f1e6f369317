// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.index.Lists.rows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;

/** What block shuffles read, and how well they mix. */
class BlockOrderTest {
    private static final int ROWS = 1 << 20;

    /** The rank's share of the blocks, and the steps' rows are the same for any number of ranks. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void aRankReadsItsOwnBlocksOnly(int world) {
        int blockRows = 256;
        RowIndex order = Order.blocks(1, blockRows, 64).rows(RowIndex.all(ROWS), 0);
        long all = 0;
        for (int rank = 0; rank < world; rank++) {
            long[] rows = rows(order.stride(rank, world));
            long blocks = Arrays.stream(rows).map(row -> row / blockRows).distinct().count();
            // a block at the end of a lane may be shared with the next lane
            assertEquals((double) ROWS / blockRows / world, (double) blocks, 8);
            all += blocks;
        }
        assertEquals((double) ROWS / blockRows, (double) all, 8);
    }

    /**
     * 64 blocks of 256 rows in 8 lanes: a batch of 512 has 64 rows of each lane, from a window of 8
     * blocks; so two rows of it are of one block with the probability that they are of one lane (63
     * of 511) and there of one block (255 of 2047).
     */
    @Test
    void batchesMixAsTheParametersSay() {
        Mixing mixing = Order.blocks(3, 256, 64).mixing(RowIndex.all(ROWS), 512);
        double pairs = 63.0 / 511 * 255 / 2047;
        assertEquals((1 + 511 * pairs) / 512, mixing.blockShare(), 0.0003);
        assertEquals((1 + 511 * 255.0 / (ROWS - 1)) / 512, mixing.uniformBlockShare(), 1e-9);
        assertEquals(15 * (1 - 511.0 / (ROWS - 1)), mixing.uniformChiSquare(), 1e-9);
        assertTrue(mixing.chiSquare() > 50, "about 8 rows of a block come together: " + mixing);
    }

    /** 512 batches: chi-square's mean over them has a deviation of sqrt(2 * 15 / 512) = 0.24. */
    @Test
    void aUniformShuffleIsMeasuredAsUniform() {
        Mixing mixing = Mixing.of(RowIndex.all(ROWS).shuffle(5), 512, 256);
        assertEquals(mixing.uniformChiSquare(), mixing.chiSquare(), 1);
        assertEquals(mixing.uniformBlockShare(), mixing.blockShare(), 0.00003);
        assertTrue(mixing.toString().contains("(uniform: 0.22 %)"), mixing.toString());
    }

    @Test
    void noMixingIsMeasuredAsNone() {
        Mixing mixing = Mixing.of(RowIndex.all(ROWS), 512, 512);
        assertEquals(1, mixing.blockShare());
        assertEquals(15 * 512, mixing.chiSquare(), 1e-9);
        assertThrows(IllegalArgumentException.class, () -> Mixing.of(RowIndex.all(511), 512, 1));
        assertThrows(IllegalArgumentException.class, () -> Mixing.of(RowIndex.all(511), 1, 0));
        assertThrows(IllegalArgumentException.class, () -> Mixing.of(RowIndex.all(511), 0, 1));
    }

    @Test
    void wantsAnAscendingIndexAndSensibleNumbers() {
        Order order = Order.blocks(1, 10, 4);
        RowIndex shuffled = RowIndex.all(100).shuffle(1);
        String message =
                assertThrows(IllegalArgumentException.class, () -> order.rows(shuffled, 0))
                        .getMessage();
        assertTrue(message.contains("sorted()"), message);
        assertEquals(100, order.rows(shuffled.sorted(), 0).size());
        assertThrows(IllegalArgumentException.class, () -> Order.blocks(1, 0, 4));
        assertThrows(IllegalArgumentException.class, () -> Order.blocks(1, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> Order.blocks(1, 1, 4).withLanes(5));
        assertEquals(4, Order.blocks(1, 10, 4).lanes());
        assertEquals(8, Order.blocks(1, 10, 400).lanes());
        assertEquals(
                "{\"name\":\"blocks\",\"version\":1,\"seed\":1,\"blockRows\":10,"
                        + "\"windowBlocks\":4,\"lanes\":2}",
                Order.blocks(1, 10, 4).withLanes(2).toJson());
    }
}
