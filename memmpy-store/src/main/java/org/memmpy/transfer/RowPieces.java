// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.CorruptStoreException;
import org.memmpy.store.RowLease;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * An array's bytes, one piece after the other. They are copied out of the mapping first: native
 * code that finds a file cut by somebody would end the JVM.
 */
final class RowPieces {
    private static final int PIECE_BYTES = 1 << 20;

    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);

    /** Takes bytes; what remains in the buffer afterwards does not matter. */
    @FunctionalInterface
    interface Sink {
        void accept(ByteBuffer bytes) throws IOException;
    }

    void copy(String where, RowLease lease, Sink sink) throws IOException {
        for (int part = 0; part < lease.parts(); part++) {
            MemorySegment rows = lease.segment(part);
            for (long at = 0; at < rows.byteSize(); at += PIECE_BYTES) {
                int length = (int) Math.min(PIECE_BYTES, rows.byteSize() - at);
                try {
                    MemorySegment.ofBuffer(piece.clear())
                            .asSlice(0, length)
                            .copyFrom(rows.asSlice(at, length));
                } catch (InternalError e) {
                    throw new CorruptStoreException(
                            "%s: rows could not be read. Their file was cut while it was copied, or the disk fails; restore it from a copy"
                                    .formatted(where));
                }
                sink.accept(piece.limit(length));
            }
        }
    }
}
