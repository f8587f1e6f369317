// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.store;

import org.memmpy.benchmarks.race.Channels;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/**
 * Random bytes in native memory, in pieces of 1 MiB that come again after 64 of them: more than a
 * processor's cache holds.
 */
final class Pool {
    static final int PIECE_BYTES = 1 << 20;
    private static final long MOST_PIECES = 64;

    private final MemorySegment bytes;
    private final long pieces;

    /**
     * Fills the pool.
     *
     * @param pieces that will be asked for
     * @param arena owns the memory
     */
    Pool(long pieces, Arena arena) {
        this.pieces = Math.min(pieces, MOST_PIECES);
        bytes = arena.allocate(this.pieces * PIECE_BYTES, 4096);
        SplittableRandom random = new SplittableRandom(42);
        for (long at = 0; at < bytes.byteSize(); at += Long.BYTES) {
            bytes.set(ValueLayout.JAVA_LONG, at, random.nextLong());
        }
    }

    /** {@return a piece, the same for the same number} */
    MemorySegment piece(long number) {
        return bytes.asSlice(number % pieces * PIECE_BYTES, PIECE_BYTES);
    }

    /** Writes all pieces into a file. */
    void write(Path file) throws IOException {
        try (FileChannel out =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long i = 0; i < pieces; i++) {
                Channels.writeFully(out, piece(i).asByteBuffer());
            }
        }
    }
}
