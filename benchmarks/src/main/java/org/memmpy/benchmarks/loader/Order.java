// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.memmpy.index.RowIndex;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The shuffled rows of a round, worked out before the clock starts: for C in one piece, for Java in
 * batches.
 */
final class Order {
    private final long rows;
    private final MemorySegment all;
    private final long[][] batches;
    private int round = Integer.MIN_VALUE;

    /**
     * Makes room.
     *
     * @param rows of the table; those beyond the last full batch come in no round
     * @param batch rows of a batch
     * @param arena owns the memory
     */
    Order(long rows, int batch, Arena arena) {
        this.rows = rows;
        this.batches = new long[(int) (rows / batch)][batch];
        this.all = arena.allocate(ValueLayout.JAVA_LONG, rows / batch * batch);
    }

    /** {@return how many rows a round has} */
    long count() {
        return all.byteSize() / Long.BYTES;
    }

    /** {@return the rows of a round, int64} */
    MemorySegment all(int ofRound) {
        prepare(ofRound);
        return all;
    }

    /** {@return the rows of a round, batch by batch} */
    long[][] batches(int ofRound) {
        prepare(ofRound);
        return batches;
    }

    private void prepare(int ofRound) {
        if (round == ofRound) {
            return;
        }
        RowIndex order = RowIndex.all(rows).shuffle(ofRound);
        for (int i = 0; i < batches.length; i++) {
            long[] batch = batches[i];
            long at = (long) i * batch.length;
            order.fill(at, batch, 0, batch.length);
            MemorySegment.copy(batch, 0, all, ValueLayout.JAVA_LONG, at * Long.BYTES, batch.length);
        }
        round = ofRound;
    }
}
