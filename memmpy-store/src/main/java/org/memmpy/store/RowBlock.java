// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.kernel.Faults;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Some rows that follow one another: those of the inputs of a {@link Derivation}, and room for as
 * many of its output. Used again for the next rows; ends with the call that it is given to.
 *
 * <p>All memory is little endian: read it with {@code
 * ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN)} and the like, for which it is aligned.
 */
public final class RowBlock {
    private static final int ALIGNMENT = 64;

    private final List<MappedArray> arrays;
    private final List<RowLease> leases;
    private final MemorySegment[] inputs;
    private final MemorySegment[] copies;
    private final MemorySegment room;
    private final long outputRowBytes;
    private MemorySegment output;
    private long firstRow;
    private int rows;

    RowBlock(
            Arena arena,
            List<MappedArray> arrays,
            List<RowLease> leases,
            int mostRows,
            long outputRowBytes) {
        this.arrays = arrays;
        this.leases = leases;
        this.inputs = new MemorySegment[arrays.size()];
        this.copies = new MemorySegment[arrays.size()];
        for (int i = 0; i < copies.length; i++) {
            copies[i] = arena.allocate(mostRows * arrays.get(i).rowType().bytes(), ALIGNMENT);
        }
        this.room = arena.allocate(mostRows * outputRowBytes, ALIGNMENT);
        this.outputRowBytes = outputRowBytes;
    }

    /**
     * Moves to other rows. They are copied, so that a file that was cut fails here, with its name,
     * and not in the function.
     */
    void moveTo(long first, int count) {
        firstRow = first;
        rows = count;
        output = room.asSlice(0, count * outputRowBytes).fill((byte) 0);
        for (int i = 0; i < inputs.length; i++) {
            try {
                inputs[i] = copied(i).asReadOnly();
                Faults.settle();
            } catch (InternalError e) {
                throw ReadableRows.cut(arrays.get(i).where, e);
            }
        }
    }

    private MemorySegment copied(int input) {
        long bytes = rows * arrays.get(input).rowType().bytes();
        MemorySegment copy = copies[input].asSlice(0, bytes);
        leases.get(input).copy(firstRow, copy);
        return copy;
    }

    /** {@return the inputs' row that is the first of these} */
    public long firstRow() {
        return firstRow;
    }

    /** {@return how many rows these are} */
    public int rows() {
        return rows;
    }

    /**
     * {@return the rows of an input, read-only}
     *
     * @param input its place among the inputs
     */
    public MemorySegment input(int input) {
        return inputs[input];
    }

    /** {@return where to write the rows; zeros at first} */
    public MemorySegment output() {
        return output;
    }
}
