// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.CorruptStoreException;
import org.memmpy.RowType;
import org.memmpy.kernel.Elements;
import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Reads an array in Fortran order and hands it on as rows.
 *
 * <p>In such a file the elements of one place in the row, for all rows, lie one behind the other: a
 * column. A block of rows is a run of each column. The runs are read in the order of the file, so
 * that an array of up to 32 MiB is read at once and a longer one once for each 32 MiB of rows, and
 * then turned by tiles that fit the processor's first cache. By reads, not by a mapping: a file
 * that somebody cuts ends early, and nothing faults.
 */
final class FortranRows {
    private static final long BLOCK_BYTES = 32 << 20;
    private static final int PIECE_BYTES = 1 << 20;

    /** Reading over so much is cheaper than one more call of the system. */
    private static final long GAP_BYTES = 16 << 10;

    private final ReadableFile file;
    private final long offset;
    private final String source;
    private final RowType type;
    private final boolean bigEndian;
    private final long rows;
    private final int elementBytes;
    private final long blockRows;

    private FortranRows(
            ReadableFile file,
            long offset,
            String source,
            RowType type,
            boolean bigEndian,
            long rows,
            long blockBytes) {
        this.file = file;
        this.offset = offset;
        this.source = source;
        this.type = type;
        this.bigEndian = bigEndian;
        this.rows = rows;
        this.elementBytes = type.dtype().bytes();
        this.blockRows = Math.clamp(blockBytes / type.bytes(), 1, Math.max(1, rows));
    }

    /**
     * Reads one array. The file is known to be long enough; should it have become shorter, that is
     * told as an error.
     *
     * @param file where the array is
     * @param offset of its first element
     * @param source what to call the file in messages
     * @param type its rows
     * @param bigEndian whether each element has its most significant byte first
     * @param rows how many
     * @param sink what takes them
     */
    static void copy(
            ReadableFile file,
            long offset,
            String source,
            RowType type,
            boolean bigEndian,
            long rows,
            Importer.RowSink sink)
            throws IOException {
        copy(file, offset, source, type, bigEndian, rows, sink, BLOCK_BYTES);
    }

    /** For tests: in blocks of another size. */
    static void copy(
            ReadableFile file,
            long offset,
            String source,
            RowType type,
            boolean bigEndian,
            long rows,
            Importer.RowSink sink,
            long blockBytes)
            throws IOException {
        if (rows > 0) {
            new FortranRows(file, offset, source, type, bigEndian, rows, blockBytes).copy(sink);
        }
    }

    private void copy(Importer.RowSink sink) throws IOException {
        long blockBytes = blockRows * type.bytes();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment columns = arena.allocate(blockBytes, 64);
            MemorySegment turned = arena.allocate(blockBytes, 64);
            MemorySegment window = arena.allocate(2 * PIECE_BYTES, 64);
            Tiles tiles = new Tiles(type);
            for (long row = 0; row < rows; row += blockRows) {
                long count = Math.min(blockRows, rows - row);
                readColumns(columns, window, row, count);
                tiles.turn(columns, turned, count);
                emit(turned.asSlice(0, count * type.bytes()), sink);
            }
        }
    }

    /** Reads the runs of all columns, one behind the other. */
    private void readColumns(MemorySegment columns, MemorySegment window, long row, long count)
            throws IOException {
        long run = count * elementBytes;
        long stride = rows * elementBytes;
        long elements = type.elements();
        long together = stride - run > GAP_BYTES ? 1 : Math.max(1, PIECE_BYTES / stride);
        for (long first = 0; first < elements; first += together) {
            long last = Math.min(first + together, elements) - 1;
            long position = offset + first * stride + row * elementBytes;
            MemorySegment target = columns.asSlice(first * run, (last - first + 1) * run);
            if (last == first || run == stride) {
                read(target, position);
                continue;
            }
            read(window.asSlice(0, (last - first) * stride + run), position);
            for (long i = 0; i <= last - first; i++) {
                MemorySegment.copy(window, i * stride, target, i * run, run);
            }
        }
    }

    private void read(MemorySegment into, long position) throws IOException {
        for (long at = 0; at < into.byteSize(); at += PIECE_BYTES) {
            long length = Math.min(PIECE_BYTES, into.byteSize() - at);
            ByteBuffer piece = into.asSlice(at, length).asByteBuffer();
            int found = file.read(piece, position + at);
            if (found < length) {
                throw new CorruptStoreException(
                        "%s: its data ends %,d bytes into the file, though it was longer before. It was cut while it was read; write or copy it again"
                                .formatted(source, position + at + found));
            }
        }
    }

    private void emit(MemorySegment block, Importer.RowSink sink) throws IOException {
        if (bigEndian && elementBytes > 1) {
            Elements.swap(block, block, elementBytes);
        }
        long step = Math.max(1, PIECE_BYTES / type.bytes()) * type.bytes();
        for (long at = 0; at < block.byteSize(); at += step) {
            sink.append(block.asSlice(at, Math.min(step, block.byteSize() - at)));
        }
    }
}
