// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.LoaderStats;
import org.memmpy.batch.MiniBatch;
import org.memmpy.store.Access;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RowFiles;
import org.memmpy.store.RowLease;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One contender's turn: it reads until its time is over.
 *
 * @param done rows of a loader, bytes of a limit
 * @param nanos that it took
 * @param last what the loader said of itself at the end; of a limit nothing
 */
record BenchTurn(long done, long nanos, LoaderStats last) {
    private static final int COPY_BYTES = 256 << 10;
    private static final int READ_BYTES = 1 << 20;

    /** When a turn is over. */
    interface End {
        /** {@return whether it is} Throws if the user wants no more at all. */
        boolean isOver() throws IOException;
    }

    double perSecond() {
        return done * 1e9 / Math.max(1, nanos);
    }

    BenchTurn plus(BenchTurn other) {
        return new BenchTurn(done + other.done, nanos + other.nanos, other.last);
    }

    /** Delivers one epoch, or its beginning: at least a batch. */
    static BenchTurn epoch(BatchLoader loader, long number, End end) throws IOException {
        long start = System.nanoTime();
        try (Epoch epoch = loader.epoch(number)) {
            long rows = 0;
            do {
                try (MiniBatch batch = epoch.next()) {
                    rows += batch.rows();
                }
            } while (epoch.hasNext() && !end.isOver());
            return new BenchTurn(rows, System.nanoTime() - start, epoch.stats());
        }
    }

    /** Copies rows through their mappings in order, into memory that stays in the cache. */
    static BenchTurn copy(Iterable<MappedArray> arrays, End end) throws IOException {
        long bytes = 0;
        long start = System.nanoTime();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment into = arena.allocate(COPY_BYTES, Long.BYTES);
            for (MappedArray array : arrays) {
                try (RowLease lease = array.lease(Access.SEQUENTIAL)) {
                    for (int part = 0; part < lease.parts(); part++) {
                        MemorySegment rows = lease.segment(part);
                        for (long at = 0; at < rows.byteSize() && !end.isOver(); ) {
                            long piece = Math.min(COPY_BYTES, rows.byteSize() - at);
                            MemorySegment.copy(rows, at, into, 0, piece);
                            at += piece;
                            bytes += piece;
                        }
                    }
                }
            }
        }
        return new BenchTurn(bytes, System.nanoTime() - start, LoaderStats.NONE);
    }

    /** Reads the files in order, a MiB at a time. */
    static BenchTurn read(Iterable<MappedArray> arrays, End end) throws IOException {
        long bytes = 0;
        long start = System.nanoTime();
        for (MappedArray array : arrays) {
            long rowBytes = Math.max(1, array.rowType().bytes());
            long most = Math.max(1, READ_BYTES / rowBytes);
            try (RowFiles files = array.openFiles();
                    Arena arena = Arena.ofShared()) {
                MemorySegment into = arena.allocate(most * rowBytes, Long.BYTES);
                for (long row = 0; row < files.rows() && !end.isOver(); ) {
                    long count = Math.min(most, files.rows() - row);
                    files.read(row, count, into);
                    row += count;
                    bytes += count * rowBytes;
                }
            }
        }
        return new BenchTurn(bytes, System.nanoTime() - start, LoaderStats.NONE);
    }
}
