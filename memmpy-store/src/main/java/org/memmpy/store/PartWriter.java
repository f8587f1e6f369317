// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.RowType;
import org.memmpy.format.BlockChecksums;
import org.memmpy.format.Manifest;
import org.memmpy.format.NpyHeader;
import org.memmpy.os.Disk;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes one file's rows behind the committed ones, and the checksums of its blocks.
 *
 * <p>By positioned channel writes, never through a mapping: on a full disk a channel says so, a
 * mapping fails late. Small pieces gather in a buffer; a write that fails counts nothing, so it can
 * be tried again. The file can be {@linkplain #release released} at any time, and is opened again
 * when it is needed: a writer may have thousands.
 */
final class PartWriter {
    private static final int STAGING_BYTES = 256 << 10;
    private static final long PIECE_BYTES = 1 << 20;

    /**
     * The disk begins to work after so much: a third off 2 GiB with their commit. With 16 or 64 MiB
     * the many small forces took more from the writing than they gave.
     */
    private static final long FORCE_AHEAD_BYTES = 256 << 20;

    private final Disk disk;
    private final Path store;
    private final String file;
    private final RowType type;
    private final boolean checked;
    private Disk.DiskFile out;
    private BlockChecksums sums;

    /** The checksums' file, from when it is written until it is forced. */
    private Disk.DiskFile side;

    private boolean sideMade;
    private int overwriting;
    private long committedRows;
    private long writtenBytes;
    private ByteBuffer staging;
    private boolean unforced;
    private long writtenSinceForce;
    private IOException forceFailure;
    private boolean staleHeader;

    /** What the next manifest says, if nothing has come since it was asked. */
    private Manifest.Part completed;

    private PartWriter(Disk disk, Path store, String file, RowType type, Manifest.Part committed) {
        this.disk = disk;
        this.store = store;
        this.file = file;
        this.type = type;
        this.checked = committed.tail() != Manifest.Part.UNCHECKED;
        this.committedRows = committed.rows();
        this.writtenBytes = committedRows * type.bytes();
    }

    /**
     * Starts a new file.
     *
     * @throws FileAlreadyExistsException if there is one of that name
     */
    static PartWriter create(Disk disk, Path store, String file, RowType type) throws IOException {
        PartWriter part = new PartWriter(disk, store, file, type, new Manifest.Part(file, 0, 0));
        part.out = disk.create(StoreFiles.resolve(store, file));
        boolean written = false;
        try {
            part.out.write(ByteBuffer.wrap(NpyHeader.encode(type, 0)), 0);
            part.sums = new BlockChecksums(0, ByteBuffer.allocate(0));
            part.unforced = true;
            written = true;
            return part;
        } finally {
            if (!written) {
                part.out.close();
                disk.delete(StoreFiles.resolve(store, file));
            }
        }
    }

    /** Goes on behind the committed rows; what a dead writer left there is overwritten. */
    static PartWriter open(
            Disk disk, Path store, String where, RowType type, Manifest.Part committed)
            throws IOException {
        ArrayFiles.check(new StoreFiles.InDirectory(store), where, type, committed);
        PartWriter part = new PartWriter(disk, store, committed.file(), type, committed);
        part.out = disk.open(StoreFiles.resolve(store, committed.file()));
        boolean ready = false;
        try {
            part.resumeSums(where, committed);
            ready = true;
            return part;
        } finally {
            if (!ready) {
                part.out.close();
            }
        }
    }

    /** The last block goes on; this also finds damage before rows are added to it. */
    private void resumeSums(String where, Manifest.Part committed) throws IOException {
        int tailBytes = (int) (writtenBytes % BlockChecksums.BLOCK);
        ByteBuffer tail = ByteBuffer.allocate(checked ? tailBytes : 0);
        out.read(tail, NpyHeader.BYTES + writtenBytes - tailBytes);
        tail.flip();
        long found = BlockChecksums.of(tail.duplicate());
        if (checked && found != committed.tail()) {
            throw new CorruptStoreException(
                    "%s: the last %,d bytes of %s have the CRC-32C %08x, the manifest says %08x. They were damaged or overwritten; restore the file from a copy before appending to it"
                            .formatted(where, tailBytes, file, found, committed.tail()));
        }
        long needed = writtenBytes / BlockChecksums.BLOCK * Integer.BYTES;
        if (checked
                && needed > 0
                && (Files.notExists(sidePath()) || Files.size(sidePath()) < needed)) {
            throw new CorruptStoreException(
                    "%s: %s.crc, the checksums of %s, is missing or shorter than the %,d bytes that belong to its rows. Restore it from a copy before appending"
                            .formatted(where, file, file, needed));
        }
        sums = new BlockChecksums(writtenBytes, tail);
    }

    String file() {
        return file;
    }

    /** {@return the rows, those not yet committed included} */
    long rows() {
        return (writtenBytes + staged()) / type.bytes();
    }

    long committedRows() {
        return committedRows;
    }

    private Disk.DiskFile out() throws IOException {
        if (out == null) {
            out = disk.open(StoreFiles.resolve(store, file));
        }
        return out;
    }

    boolean isOpen() {
        return out != null;
    }

    void append(MemorySegment values) throws IOException {
        long bytes = values.byteSize();
        completed = null;
        if (staged() + bytes > STAGING_BYTES) {
            flush();
        }
        if (bytes > STAGING_BYTES) {
            writePieces(values);
            return;
        }
        stage((int) bytes);
        MemorySegment.copy(values, 0, MemorySegment.ofBuffer(staging), 0, bytes);
        staging.position(staging.position() + (int) bytes);
    }

    private int staged() {
        return staging == null ? 0 : staging.position();
    }

    /** Grows the buffer: thousands of arrays may each have a few bytes in theirs. */
    private void stage(int bytes) {
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

    /** Memory is written as it lies, or through a buffer; nothing is staged now. */
    private void writePieces(MemorySegment values) throws IOException {
        boolean direct = isSafe(values);
        long pieceBytes = direct ? PIECE_BYTES : STAGING_BYTES;
        MemorySegment buffer = MemorySegment.NULL;
        if (!direct) {
            stage(STAGING_BYTES);
            buffer = MemorySegment.ofBuffer(staging);
        }
        long before = writtenBytes;
        boolean complete = false;
        try {
            for (long at = 0; at < values.byteSize(); at += pieceBytes) {
                long length = Math.min(pieceBytes, values.byteSize() - at);
                MemorySegment piece = values.asSlice(at, length);
                if (!direct) {
                    piece = buffer.asSlice(0, length).copyFrom(piece);
                }
                write(piece.asByteBuffer());
            }
            complete = true;
        } finally {
            if (!complete) {
                takeBack(before, before + values.byteSize());
            }
        }
    }

    /**
     * {@return whether memory can be handed to native code}
     *
     * <p>The heap cannot. A mapped file could, but summing it up is done by code that kills the JVM
     * if somebody cuts the file meanwhile; a copy throws an error.
     */
    private static boolean isSafe(MemorySegment values) {
        return values.isNative() && !values.isMapped();
    }

    /** Writes behind what is written, and sums it up once it is. */
    private void write(ByteBuffer bytes) throws IOException {
        unforced = true;
        out().write(bytes.duplicate(), NpyHeader.BYTES + writtenBytes);
        sums.appended(bytes);
        writtenBytes += bytes.remaining();
        writtenSinceForce += bytes.remaining();
        if (writtenSinceForce >= FORCE_AHEAD_BYTES) {
            out().beginForce();
            writtenSinceForce = 0;
        }
    }

    /** Takes back rows that were appended since the last commit; needs no disk. */
    void cutTo(long rows) {
        completed = null;
        long bytes = rows * type.bytes();
        if (staging != null) {
            staging.position((int) Math.max(0, bytes - writtenBytes));
        }
        if (bytes < writtenBytes) {
            takeBack(bytes, writtenBytes);
        }
    }

    /**
     * All or nothing: the pieces of an append that failed later are as if never written. Their
     * space is given back, because the disk may be full.
     *
     * @param reached how many this writer may have written; if the file is longer, not all of it is
     *     known, and it stays
     */
    private void takeBack(long bytes, long reached) {
        sums.cutTo(bytes);
        writtenBytes = bytes;
        try {
            if (out != null && out.size() <= NpyHeader.BYTES + reached) {
                out.cut(NpyHeader.BYTES + bytes);
            }
        } catch (IOException e) {
            // it is overwritten, as what dead writers leave
        }
    }

    /** Hands what has gathered to the file. */
    void flush() throws IOException {
        if (staged() > 0) {
            write(staging.duplicate().flip());
            staging.clear();
        }
    }

    /** Appends rows of zeros without writing them. What a dead writer left there is. */
    void reserve(long rows) throws IOException {
        completed = null;
        flush();
        long from = NpyHeader.BYTES + writtenBytes;
        if (rows > (Long.MAX_VALUE - from) / type.bytes()) {
            throw new IllegalArgumentException(
                    "%s: %,d more rows of %,d bytes are more than a file can have"
                            .formatted(file, rows, type.bytes()));
        }
        long to = from + rows * type.bytes();
        long garbage = Math.min(out().size(), to);
        unforced = true;
        ByteBuffer zeros = ByteBuffer.allocateDirect(STAGING_BYTES);
        for (long at = from; at < garbage; at += zeros.capacity()) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), garbage - at));
            out().write(zeros, at);
        }
        if (garbage < to) {
            out().write(ByteBuffer.allocate(1), to - 1);
        }
        sums.reserved(to - from);
        writtenBytes += to - from;
    }

    /** Prepares for {@link #overwrite}, which may then run in several threads. */
    void beginOverwrite(long row, long bytes) throws IOException {
        completed = null;
        flush();
        out();
        unforced = true;
        sums.changed(row * type.bytes(), bytes);
        overwriting++;
    }

    void endOverwrite() {
        overwriting--;
    }

    /** Writes rows in place of uncommitted ones. Thread-safe between other operations. */
    void overwrite(long row, MemorySegment values) throws IOException {
        Disk.DiskFile target = out;
        long start = NpyHeader.BYTES + row * type.bytes();
        ByteBuffer buffer =
                isSafe(values)
                        ? null
                        : ByteBuffer.allocateDirect((int) Math.min(PIECE_BYTES, values.byteSize()));
        for (long at = 0; at < values.byteSize(); at += PIECE_BYTES) {
            long length = Math.min(PIECE_BYTES, values.byteSize() - at);
            MemorySegment piece = values.asSlice(at, length);
            if (buffer != null) {
                piece = MemorySegment.ofBuffer(buffer.clear()).asSlice(0, length).copyFrom(piece);
            }
            target.write(piece.asByteBuffer(), start + at);
        }
    }

    /** Writes all that is missing in the file and in its side file; may be tried again. */
    Manifest.Part complete() throws IOException {
        if (completed != null) {
            return completed;
        }
        flush();
        long tail = Manifest.Part.UNCHECKED;
        if (checked) {
            tail = sums.tail(out());
            if (sums.hasUnsaved()) {
                if (side == null) {
                    side = openSide();
                }
                sums.save(side);
            }
        }
        completed = new Manifest.Part(file, rows(), tail);
        return completed;
    }

    private Path sidePath() throws IOException {
        return StoreFiles.resolve(store, file + ".crc");
    }

    private Disk.DiskFile openSide() throws IOException {
        try {
            Disk.DiskFile made = disk.create(sidePath());
            sideMade = true;
            return made;
        } catch (FileAlreadyExistsException e) {
            // of a dead process, who has not forced its name, if no word of it is committed
            sideMade |= committedRows * type.bytes() < BlockChecksums.BLOCK;
            return disk.open(sidePath());
        }
    }

    /** After it has failed once it always fails: a later one could say that all is well. */
    void force() throws IOException {
        if (forceFailure != null) {
            throw new IOException(file + " could not be forced before", forceFailure);
        }
        try {
            if (unforced) {
                out().force();
                unforced = false;
                writtenSinceForce = 0;
            }
            if (side != null) {
                side.force();
                closeSide(); // not before: the system tells of an error to who has the file open
            }
        } catch (IOException e) {
            forceFailure = e;
            throw e;
        }
    }

    private void closeSide() throws IOException {
        if (side != null) {
            Disk.DiskFile closing = side;
            side = null;
            closing.close();
        }
    }

    /** Takes note that all rows were committed. */
    void committed() {
        if (rows() > committedRows) {
            committedRows = rows();
            staging = null;
            staleHeader = true;
        }
    }

    /** Brings the header's row count up to the committed one; NumPy reads it, we do not. */
    void updateHeader() throws IOException {
        if (staleHeader) {
            byte[] header = NpyHeader.encode(type, committedRows);
            out().write(ByteBuffer.wrap(header, 0, NpyHeader.CHANGING_BYTES), 0);
            staleHeader = false;
        }
    }

    /** {@return whether a side file got a name to be forced since this was asked} */
    boolean hasMadeSide() {
        boolean made = sideMade;
        sideMade = false;
        return made;
    }

    /**
     * {@return whether the file could be closed for now: nobody is writing to it, and nothing waits
     * in memory}
     *
     * <p>What cannot be written stays; the commit will say why.
     */
    boolean canRelease() {
        if (overwriting > 0) {
            return false;
        }
        try {
            flush();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Closes the file for now. Forces it before: an error of the disk must not be missed. */
    void release() throws IOException {
        if (out != null) {
            staging = null;
            force();
            out.close();
            out = null;
        }
    }

    void close() throws IOException {
        try {
            if (out != null) {
                out.close();
                out = null;
            }
        } finally {
            closeSide();
        }
    }

    /** Closes and removes a file that no generation names. */
    void discard() throws IOException {
        close();
        disk.delete(StoreFiles.resolve(store, file));
        disk.delete(sidePath());
    }
}
