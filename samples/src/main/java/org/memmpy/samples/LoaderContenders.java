// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.memmpy.batch.Column.column;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.MiniBatch;
import org.memmpy.store.RowLease;
import org.memmpy.store.Table;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The loader without an engine, and what no loader can beat by far. */
final class LoaderContenders {
    static final String COPY = "sequential copy";

    private LoaderContenders() {}

    static List<Contender> of(Table table) {
        return List.of(
                new Copy(table),
                new Loader(table, 1, "1 thread"),
                new Loader(table, 2, "2 threads"));
    }

    /** The rows as they lie, by one thread, into as many buffers as the loader uses. */
    private static final class Copy implements Contender {
        private static final int BUFFERS = 6;

        private final Table table;
        private final Arena arena = Arena.ofShared();
        private final long bytes;
        private final MemorySegment buffers;

        Copy(Table table) {
            this.table = table;
            this.bytes = Throughput.BATCH * table.array("x").rowType().bytes();
            this.buffers = arena.allocate(BUFFERS * bytes, 4096);
        }

        @Override
        public String name() {
            return COPY;
        }

        @Override
        public String rival() {
            return COPY;
        }

        @Override
        public long pass(long epoch) {
            try (RowLease lease = table.array("x").lease()) {
                for (int part = 0; part < lease.parts(); part++) {
                    MemorySegment rows = lease.segment(part);
                    for (long at = 0; at < rows.byteSize(); at += bytes) {
                        long length = Math.min(bytes, rows.byteSize() - at);
                        MemorySegment.copy(rows, at, buffers, at / bytes % BUFFERS * bytes, length);
                    }
                }
            }
            return table.rows();
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    private static final class Loader implements Contender {
        private final BatchLoader loader;
        private final String name;

        Loader(Table table, int threads, String name) {
            this.name = "loader, " + name;
            this.loader =
                    BatchLoader.builder(table)
                            .column(column("x"))
                            .batchSize(Throughput.BATCH)
                            .shuffle(Throughput.SEED)
                            .threads(threads)
                            .build();
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String rival() {
            return COPY;
        }

        @Override
        public long pass(long number) {
            try (Epoch epoch = loader.epoch(number)) {
                for (MiniBatch batch : epoch) {
                    batch.close();
                }
                return epoch.stats().rows();
            }
        }

        @Override
        public void close() {
            loader.close();
        }
    }
}
