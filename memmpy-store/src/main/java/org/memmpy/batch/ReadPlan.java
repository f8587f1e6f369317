// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.batch.column.BoundColumn;
import org.memmpy.batch.column.Pins;
import org.memmpy.batch.read.AskedGroups;
import org.memmpy.batch.read.ReadAhead;
import org.memmpy.index.BlockOrder;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.os.Host;
import org.memmpy.os.NativeCalls;
import org.memmpy.store.Access;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What is known of a pass before it reads.
 *
 * @param policy what was asked for
 * @param columns that are read
 * @param isPlaced whether some of them are delivered where they are mapped
 * @param steps its batches
 * @param pins where rows are
 * @param windowRows rows of all ranks that are mixed with each other; 0 if all are
 * @param globalBatch rows of a batch of all ranks
 */
record ReadPlan(
        ReadPolicy policy,
        List<BoundColumn> columns,
        boolean isPlaced,
        Steps steps,
        Pins pins,
        long windowRows,
        int globalBatch) {
    /**
     * A fast disk is busy with 32 requests; more let it go on while threads wait for a processor.
     */
    private static final int ROWS_AHEAD = 4096;

    private static final int MOST_LEAD = 16;
    private static final long MOST_MEMORY = 256 << 20;

    /** {@return the order in which rows are read, by that of the pass} */
    static Access access(RowIndex rows, int world) {
        long span = rows.bound();
        boolean isDense = rows.size() / world >= span / 2;
        return rows.isSorted() && isDense ? Access.SEQUENTIAL : Access.RANDOM;
    }

    /** {@return the rows of an order that are mixed with each other; 0 if all are} */
    static long windowRows(Order order) {
        return order instanceof BlockOrder blocks
                ? (long) (blocks.windowBlocks() / blocks.lanes())
                        * blocks.lanes()
                        * blocks.blockRows()
                : 0;
    }

    /** {@return what may be done to read} */
    Set<ReadMode> modes() {
        return switch (policy) {
            case MAPPED -> EnumSet.of(NativeCalls.isAvailable() ? ReadMode.ASK : ReadMode.PLAIN);
            case PREAD -> EnumSet.of(ReadMode.PREAD);
            case AUTO -> {
                Set<ReadMode> modes = EnumSet.allOf(ReadMode.class);
                if (!NativeCalls.isAvailable()) {
                    modes.remove(ReadMode.ASK);
                }
                if (isPlaced) {
                    modes.remove(ReadMode.PREAD);
                }
                yield modes;
            }
        };
    }

    /** {@return how many batches ahead to ask for at first: two windows, or enough rows} */
    int lead() {
        long rows = windowRows > 0 ? 2 * windowRows + globalBatch : ROWS_AHEAD;
        return Math.clamp(Math.ceilDiv(rows, (long) globalBatch), 2, 1 << 20);
    }

    /** {@return what to do if nothing was measured} */
    ReadTuning.Choice first() {
        return ReadTuning.Choice.first(modes().iterator().next(), lead());
    }

    /** {@return decides how to read} */
    ReadTuning tuning(ReadTuning.Choice first) {
        return new ReadTuning(modes(), first, MOST_LEAD * lead());
    }

    /** {@return what asks for rows ahead, with no more memory than it may have} */
    ReadAhead readAhead() {
        return new ReadAhead(
                columns,
                steps::rows,
                pins,
                new AskedGroups(steps.count(), steps.first(0), globalBatch, windowRows),
                Math.min(MOST_MEMORY, Host.memoryBytes() / 8));
    }
}
