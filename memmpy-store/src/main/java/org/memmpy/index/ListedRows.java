// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.CorruptStoreException;
import org.memmpy.kernel.Elements;
import org.memmpy.kernel.Faults;

import java.lang.foreign.MemorySegment;

/**
 * Row numbers in memory outside the heap, unsigned, little endian, 4 bytes each or 8. In one piece
 * or in pieces of {@code 2^shift} rows. Immutable; the memory lives as long as this.
 */
final class ListedRows {
    /** For one piece. */
    static final int WHOLE = Long.SIZE - 1;

    private final MemorySegment[] pieces;
    private final int shift;
    private final boolean narrow;
    private final long size;
    private final long bound;
    private final boolean ascending;
    private final String file;
    private long hash;

    /**
     * Rows that were checked.
     *
     * @param narrow whether a row has 4 bytes
     * @param ascending whether each row is greater than the one before
     * @param file where the memory is mapped from; null if it is our own
     */
    ListedRows(
            MemorySegment[] pieces,
            int shift,
            boolean narrow,
            long size,
            long bound,
            boolean ascending,
            String file) {
        this.pieces = pieces;
        this.shift = shift;
        this.narrow = narrow;
        this.size = size;
        this.bound = bound;
        this.ascending = ascending;
        this.file = file;
    }

    /** {@return whether rows below a bound fit into 4 bytes} */
    static boolean isNarrow(long bound) {
        return bound <= 1L << Integer.SIZE;
    }

    long size() {
        return size;
    }

    long bound() {
        return bound;
    }

    boolean ascending() {
        return ascending;
    }

    long get(long position) {
        long[] one = {position};
        map(one, 0, 1);
        return one[0];
    }

    void map(long[] positions, int offset, int length) {
        try {
            if (narrow) {
                mapNarrow(positions, offset, length);
            } else {
                mapWide(positions, offset, length);
            }
            if (file != null) {
                Faults.settle();
            }
        } catch (InternalError e) {
            throw new CorruptStoreException(
                    file
                            + ": reading mapped memory failed. The file was cut while it was open,"
                            + " or the disk fails; delete it, it is made again",
                    e);
        }
    }

    private void mapNarrow(long[] positions, int offset, int length) {
        long mask = (1L << shift) - 1;
        for (int i = offset; i < offset + length; i++) {
            long at = positions[i];
            MemorySegment piece = pieces[(int) (at >>> shift)];
            positions[i] = piece.get(Elements.INT, (at & mask) * Integer.BYTES) & 0xffff_ffffL;
        }
    }

    private void mapWide(long[] positions, int offset, int length) {
        long mask = (1L << shift) - 1;
        for (int i = offset; i < offset + length; i++) {
            long at = positions[i];
            positions[i] =
                    pieces[(int) (at >>> shift)].get(Elements.LONG, (at & mask) * Long.BYTES);
        }
    }

    /** {@return a hash of all rows, computed once; a race computes it twice} */
    long hash() {
        long found = hash;
        if (found == 0) {
            found = Hashes.of("list", size);
            RowCursor rows = new RowCursor(new Listed(this));
            for (; rows.isValid(); rows.advance()) {
                found = Hashes.add(found, rows.row());
            }
            hash = found;
        }
        return found;
    }
}
