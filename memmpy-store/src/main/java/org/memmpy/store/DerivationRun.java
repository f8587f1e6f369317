// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RowType;
import org.memmpy.os.Workers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One run of a {@link Derivation}: threads compute blocks of rows, each waits for its turn and
 * appends. So the file is written from front to end, and its checksums are made on the way.
 */
final class DerivationRun {
    private final List<MappedArray> inputs;
    private final RowType type;
    private final int blockRows;
    private final Consumer<RowBlock> function;
    private final List<RowLease> leases = new ArrayList<>();
    private MappedArray result;
    private long rows;
    private long claimed;
    private long appended;
    private boolean stopped;

    DerivationRun(
            List<MappedArray> inputs, RowType type, int blockRows, Consumer<RowBlock> function) {
        this.inputs = List.copyOf(inputs);
        this.type = type;
        this.blockRows = blockRows;
        this.function = function;
    }

    MappedArray run(Store store, String target, int threads) throws IOException {
        StoreWriter writer = store.requireWriter();
        try {
            for (MappedArray input : inputs) {
                leases.add(input.lease()); // the target may be one of them
            }
            rows = leases.getFirst().rows();
            Computations.Computation computation = writer.beginComputation(target);
            boolean complete = false;
            try {
                result = store.replace(target, type.dtype(), type.shape());
                int useful = (int) Math.min(threads, Math.ceilDiv(rows, blockRows));
                Workers.run(useful, "memmpy-derive-", this::computeBlocks, this::stop);
                complete = true;
            } finally {
                writer.endComputation(computation, complete);
                if (!complete) {
                    store.endHandles(target, "not derived: computing it failed");
                }
            }
            return result;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            leases.forEach(RowLease::close);
        }
    }

    private void computeBlocks() {
        try (Arena arena = Arena.ofConfined()) {
            RowBlock block = new RowBlock(arena, inputs, leases, blockRows, type.bytes());
            for (long first = claim(); first >= 0; first = claim()) {
                block.moveTo(first, (int) Math.min(blockRows, rows - first));
                function.accept(block);
                if (!awaitTurn(first)) {
                    return;
                }
                result.append(block.output());
                endTurn(first + block.rows());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized long claim() {
        if (stopped || claimed >= rows) {
            return -1;
        }
        long first = claimed;
        claimed += blockRows;
        return first;
    }

    private synchronized boolean awaitTurn(long first) {
        boolean interrupted = false;
        while (appended != first && !stopped) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !stopped;
    }

    private synchronized void endTurn(long end) {
        appended = end;
        notifyAll();
    }

    private synchronized void stop() {
        stopped = true;
        notifyAll();
    }
}
