// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import static org.memmpy.kernel.ColumnBlock.ROWS;

import org.memmpy.index.RowList;
import org.memmpy.os.Workers;
import org.memmpy.store.MappedArray;

import java.util.ArrayList;
import java.util.List;

/**
 * Evaluates a cut over a range of rows. Threads take chunks of blocks in their order, and list what
 * they found when it is their turn: the result does not depend on how many there are.
 */
final class Evaluation {
    private static final int CHUNK = 32 * ROWS;

    private final Typed cut;
    private final List<ColumnRows> columns;
    private final long from;
    private final long to;
    private final RowList into;
    private long nextChunk;
    private long turn;
    private boolean stopped;

    private Evaluation(Typed cut, List<ColumnRows> columns, long from, long to, RowList into) {
        this.cut = cut;
        this.columns = columns;
        this.from = from;
        this.to = to;
        this.into = into;
    }

    /**
     * Evaluates.
     *
     * @param columns those that the cut needs
     * @param from the first row
     * @param to the row behind the last
     * @param into what the rows are added to
     */
    static void run(
            Typed cut, List<MappedArray> columns, long from, long to, int threads, RowList into) {
        List<ColumnRows> opened = new ArrayList<>();
        try {
            for (MappedArray column : columns) {
                opened.add(new ColumnRows(column));
            }
            new Evaluation(cut, opened, from, to, into).run(threads);
        } finally {
            opened.forEach(ColumnRows::close);
        }
    }

    private void run(int threads) {
        long chunks = Math.ceilDiv(to - from, (long) CHUNK);
        int useful = (int) Math.min(threads, chunks);
        if (useful < 2) {
            alone();
        } else {
            Workers.run(useful, "memmpy-cut-", this::chunks, this::stop);
        }
    }

    private void alone() {
        Program program = new Program(cut, columns);
        int[] found = new int[ROWS + 1];
        for (long row = from; row < to; row += ROWS) {
            int count = program.select(row, (int) Math.min(ROWS, to - row), found, 0, 0);
            into.addAscending(row, found, count);
        }
    }

    private void chunks() {
        Program program = new Program(cut, columns);
        int[] rows = new int[CHUNK + 1];
        for (long chunk = take(); chunk >= 0; chunk = take()) {
            long end = Math.min(to, from + (chunk + 1) * CHUNK);
            long start = from + chunk * CHUNK;
            int found = 0;
            for (long row = start; row < end; row += ROWS) {
                int n = (int) Math.min(ROWS, end - row);
                found = program.select(row, n, rows, found, (int) (row - start));
            }
            if (!deliver(chunk, rows, found)) {
                return;
            }
        }
    }

    /** {@return the next chunk; -1 if there is none} */
    private synchronized long take() {
        return stopped || nextChunk * CHUNK >= to - from ? -1 : nextChunk++;
    }

    private synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    /** Waits for the chunks before; an interrupt is kept for later. */
    private synchronized boolean deliver(long chunk, int[] rows, int found) {
        boolean interrupted = false;
        while (turn != chunk && !stopped) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (stopped) {
            return false;
        }
        into.addAscending(from + chunk * CHUNK, rows, found);
        turn++;
        notifyAll();
        return true;
    }
}
