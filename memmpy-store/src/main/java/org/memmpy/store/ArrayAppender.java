// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RowType;
import org.memmpy.format.Manifest;
import org.memmpy.format.NpyHeader;
import org.memmpy.os.Disk;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Writes one array's rows behind the committed ones.
 *
 * <p>By positioned channel writes, never through a mapping: on a full disk a channel says so, a
 * mapping fails late. Small pieces gather in a buffer; a write that fails counts nothing, so it can
 * be tried again.
 */
final class ArrayAppender {
    private static final int STAGING_BYTES = 256 << 10;

    private static final long PIECE_BYTES = 1 << 20;

    private final Disk.DiskFile out;
    private final String file;
    private final RowType type;
    private long committedRows;
    private long writtenBytes;
    private ByteBuffer staging;
    private boolean unforced;
    private boolean staleHeader;

    private ArrayAppender(Disk.DiskFile out, String file, RowType type, long committedRows) {
        this.out = out;
        this.file = file;
        this.type = type;
        this.committedRows = committedRows;
        this.writtenBytes = committedRows * type.bytes();
    }

    /** Starts the file of a new array. */
    static ArrayAppender create(Disk disk, Path store, String file, RowType type)
            throws IOException {
        byte[] header = NpyHeader.encode(type, 0);
        ArrayAppender appender =
                new ArrayAppender(disk.create(ArrayFiles.resolve(store, file)), file, type, 0);
        boolean written = false;
        try {
            appender.out.write(ByteBuffer.wrap(header), 0);
            appender.unforced = true;
            written = true;
            return appender;
        } finally {
            if (!written) {
                appender.out.close();
            }
        }
    }

    /** Goes on behind the committed rows; what a dead writer left there is overwritten. */
    static ArrayAppender open(Disk disk, Path store, String path, Manifest.Array node)
            throws IOException {
        ArrayFiles.check(store, path, node);
        return new ArrayAppender(
                disk.open(ArrayFiles.resolve(store, node.file())),
                node.file(),
                node.type(),
                node.rows());
    }

    /** {@return the rows, those not yet committed included} */
    long rows() {
        return (writtenBytes + staged()) / type.bytes();
    }

    long pendingRows() {
        return rows() - committedRows;
    }

    /** {@return what the next manifest says of the array} */
    Manifest.Array node() {
        return new Manifest.Array(type, rows(), file);
    }

    void append(MemorySegment values) throws IOException {
        long bytes = values.byteSize();
        if (staged() + bytes > STAGING_BYTES) {
            flush();
        }
        if (bytes > STAGING_BYTES) {
            writePieces(values);
            return;
        }
        reserve((int) bytes);
        MemorySegment.copy(values, 0, MemorySegment.ofBuffer(staging), 0, bytes);
        staging.position(staging.position() + (int) bytes);
    }

    private int staged() {
        return staging == null ? 0 : staging.position();
    }

    /** Grows the buffer: thousands of arrays may each have a few bytes in theirs. */
    private void reserve(int bytes) {
        int needed = staged() + bytes;
        if (staging == null || staging.capacity() < needed) {
            int capacity = Math.clamp(2L * needed, 1024, STAGING_BYTES);
            ByteBuffer larger = ByteBuffer.allocate(capacity);
            if (staging != null) {
                larger.put(staging.flip());
            }
            staging = larger;
        }
    }

    /** Native memory is written as it lies, heap memory through a buffer; nothing is staged now. */
    private void writePieces(MemorySegment values) throws IOException {
        long pieceBytes = values.isNative() ? PIECE_BYTES : STAGING_BYTES;
        MemorySegment buffer = MemorySegment.NULL;
        if (!values.isNative()) {
            reserve(STAGING_BYTES);
            buffer = MemorySegment.ofBuffer(staging);
        }
        long start = NpyHeader.BYTES + writtenBytes;
        unforced = true;
        for (long at = 0; at < values.byteSize(); at += pieceBytes) {
            long length = Math.min(pieceBytes, values.byteSize() - at);
            MemorySegment piece = values.asSlice(at, length);
            if (!values.isNative()) {
                piece = buffer.asSlice(0, length).copyFrom(piece);
            }
            out.write(piece.asByteBuffer(), start + at);
        }
        writtenBytes += values.byteSize();
    }

    /** Hands what has gathered to the file. */
    void flush() throws IOException {
        if (staged() > 0) {
            unforced = true;
            out.write(staging.duplicate().flip(), NpyHeader.BYTES + writtenBytes);
            writtenBytes += staging.position();
            staging.clear();
        }
    }

    void force() throws IOException {
        if (unforced) {
            out.force();
            unforced = false;
        }
    }

    /** Takes note that all rows were committed. */
    void committed() {
        if (pendingRows() > 0) {
            committedRows = rows();
            staging = null;
            staleHeader = true;
        }
    }

    /** Brings the header's row count up to the committed one; NumPy reads it, we do not. */
    void updateHeader() throws IOException {
        if (staleHeader) {
            byte[] header = NpyHeader.encode(type, committedRows);
            out.write(ByteBuffer.wrap(header, 0, NpyHeader.CHANGING_BYTES), 0);
            staleHeader = false;
        }
    }

    void close() throws IOException {
        out.close();
    }
}
