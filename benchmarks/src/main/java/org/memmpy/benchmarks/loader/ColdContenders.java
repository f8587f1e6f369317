// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import static org.memmpy.batch.Column.column;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.MiniBatch;
import org.memmpy.batch.ReadPolicy;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Access;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RowLease;
import org.memmpy.store.Store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Ways to read rows of {@code x.npy}, each for some seconds; the store is opened for each turn. */
final class ColdContenders {
    private static final int HEADER = 4096;
    private static final int PIECE = 1 << 20;
    private static final int BLOCK_BYTES = 1 << 20;
    private static final int WINDOW = 64;

    private final Path store;
    private final int rowBytes;
    private final int batch;
    private final long nanos;

    ColdContenders(Path store, int rowBytes, int batch, double seconds) {
        this.store = store;
        this.rowBytes = rowBytes;
        this.batch = batch;
        this.nanos = (long) (seconds * 1e9);
    }

    Path file() {
        return store.resolve("x.npy");
    }

    static long header() {
        return HEADER;
    }

    /** Row after row is copied from the mapping; the thread waits for each page. */
    long faults(Access access, int round) throws IOException {
        try (Store opened = Store.open(store);
                Arena arena = Arena.ofConfined()) {
            MappedArray x = opened.array("x");
            RowIndex order = RowIndex.all(x.rows()).shuffle(round);
            MemorySegment target = arena.allocate(rowBytes, HEADER);
            long end = System.nanoTime() + nanos;
            long count = 0;
            try (RowLease lease = x.lease(access)) {
                while (count < order.size() && System.nanoTime() < end) {
                    long row = order.get(count++);
                    MemorySegment.copy(lease.segment(), row * rowBytes, target, 0, rowBytes);
                }
            }
            return count;
        }
    }

    /** The file from its begin, in pieces. */
    long sequential() throws IOException {
        long end = System.nanoTime() + nanos;
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        long bytes = 0;
        try (FileChannel channel = FileChannel.open(file())) {
            int read = 0;
            while (read >= 0 && System.nanoTime() < end) {
                bytes += read;
                read = channel.read(piece.clear());
            }
        }
        return bytes / rowBytes;
    }

    /** An epoch of the loader, in which a table's columns are only {@code x}. */
    long loader(ReadPolicy policy, Order order, int round) throws IOException {
        long end = System.nanoTime() + nanos;
        long rows = 0;
        try (Store opened = Store.open(store);
                BatchLoader loader =
                        BatchLoader.builder(opened.table())
                                .column(column("x"))
                                .batchSize(batch)
                                .order(order)
                                .read(policy)
                                .build();
                Epoch epoch = loader.epoch(round)) {
            while (epoch.hasNext() && System.nanoTime() < end) {
                try (MiniBatch next = epoch.next()) {
                    rows += next.rows();
                }
            }
        }
        return rows;
    }

    /** {@return blocks of 1 MiB in random order, the rows of 64 of them mixed} */
    Order blocks() {
        return Order.blocks(1, Math.max(1, BLOCK_BYTES / rowBytes), WINDOW);
    }
}
