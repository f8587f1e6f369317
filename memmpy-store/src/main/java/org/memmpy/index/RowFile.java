// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.CorruptStoreException;
import org.memmpy.format.BlockChecksums;
import org.memmpy.os.Uninterrupted;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * The rows of an index in a file, mapped when they are used: a split to be shared, a selection that
 * took long to find. docs/FORMAT.md, "Row files", is the format.
 *
 * @param rows the index; the mapping ends when it is unreachable
 * @param note what the writer said about it
 */
public record RowFile(RowIndex rows, String note) {
    /** "memmpyR1" as a little-endian number. */
    private static final long MAGIC = 0x3152_7970_6d6d_656dL;

    private static final int WORDS = 5;
    private static final int LONGEST_NOTE = 1 << 20;
    private static final int ALIGNMENT = 4096;
    private static final int WRITTEN_AT_ONCE = 8192;

    /**
     * Writes an index into a file, beside it first and then under its name in one step: whoever
     * opens it finds the old rows or the new. 4 bytes a row if all rows are below 2^32, otherwise
     * 8.
     *
     * @param file replaced if it exists
     * @param rows what to write
     * @param note any text, such as where the rows come from; at most 1 MiB of UTF-8
     * @throws IOException if it cannot be written; nothing is left then
     * @throws IllegalArgumentException if the note is too long
     */
    public static void write(Path file, RowIndex rows, String note) throws IOException {
        byte[] text = note.getBytes(StandardCharsets.UTF_8);
        if (text.length > LONGEST_NOTE) {
            throw new IllegalArgumentException(
                    "a note of %,d bytes; at most %,d".formatted(text.length, LONGEST_NOTE));
        }
        Path aside = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".aside");
        boolean published = false;
        try {
            Uninterrupted.call(
                    () -> {
                        writeAside(aside, rows, text);
                        return aside;
                    });
            Files.move(
                    aside,
                    file,
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
            published = true;
        } finally {
            if (!published) {
                Files.deleteIfExists(aside);
            }
        }
    }

    private static void writeAside(Path file, RowIndex rows, byte[] note) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer header = header(rows, note);
            long start = header.capacity();
            write(channel, header, 0);
            boolean narrow = ListedRows.isNarrow(rows.bound());
            ByteBuffer piece =
                    ByteBuffer.allocateDirect(WRITTEN_AT_ONCE * Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN);
            long at = start;
            for (RowCursor cursor = new RowCursor(rows); cursor.isValid(); ) {
                piece.clear();
                for (int i = 0; i < WRITTEN_AT_ONCE && cursor.isValid(); i++) {
                    if (narrow) {
                        piece.putInt((int) cursor.row());
                    } else {
                        piece.putLong(cursor.row());
                    }
                    cursor.advance();
                }
                piece.flip();
                int length = piece.remaining();
                write(channel, piece, at);
                at += length;
            }
            channel.force(true);
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes, long position)
            throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    private static ByteBuffer header(RowIndex rows, byte[] note) {
        int used = (WORDS + 1) * Long.BYTES + note.length;
        ByteBuffer header =
                ByteBuffer.allocate((used + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)
                        .order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(MAGIC)
                .putLong(rows.size())
                .putLong(rows.bound())
                .putLong(rows.isSorted() ? 1 : 0)
                .putLong(note.length)
                .put(note);
        header.putLong(BlockChecksums.of(header.duplicate().flip()));
        return header.rewind();
    }

    /**
     * Opens a file. Only its header is read and checked; rows are mapped and read when they are
     * used.
     *
     * @param file one that {@link #write} made
     * @return its rows and its note
     * @throws CorruptStoreException if it is none, or was damaged or cut
     * @throws IOException if it cannot be read
     */
    public static RowFile open(Path file) throws IOException {
        return Uninterrupted.call(() -> openOnce(file));
    }

    /** Opens the path once: there may be another file behind it a moment later. */
    private static RowFile openOnce(Path file) throws IOException {
        try (FileChannel reading = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer words = read(reading, file, WORDS * Long.BYTES);
            if (words.getLong() != MAGIC) {
                throw damaged(file, "it does not begin as a row file does");
            }
            long size = words.getLong();
            long bound = words.getLong();
            long flags = words.getLong();
            long noteBytes = words.getLong();
            if (size < 0 || bound < 0 || noteBytes < 0 || noteBytes > LONGEST_NOTE) {
                throw damaged(file, "its header has impossible numbers");
            }
            int used = WORDS * Long.BYTES + (int) noteBytes;
            ByteBuffer header = read(reading, file, used + Long.BYTES);
            if (header.getLong(used) != BlockChecksums.of(header.duplicate().limit(used))) {
                throw damaged(file, "its header does not match its checksum");
            }
            String note =
                    StandardCharsets.UTF_8
                            .decode(header.slice(WORDS * Long.BYTES, (int) noteBytes))
                            .toString();
            boolean narrow = ListedRows.isNarrow(bound);
            long start = (used + Long.BYTES + ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT;
            long bytes = Math.multiplyExact(size, narrow ? Integer.BYTES : Long.BYTES);
            if (reading.size() != start + bytes) {
                throw damaged(
                        file,
                        "it has %,d bytes, not the %,d that its header announces"
                                .formatted(reading.size(), start + bytes));
            }
            ListedRows rows =
                    new ListedRows(
                            new MemorySegment[] {map(reading, start, bytes)},
                            ListedRows.WHOLE,
                            narrow,
                            size,
                            bound,
                            (flags & 1) != 0,
                            file.toString());
            return new RowFile(new Listed(rows), note);
        } catch (ArithmeticException e) {
            throw new CorruptStoreException(file + ": its header has impossible numbers", e);
        }
    }

    private static MemorySegment map(FileChannel file, long start, long bytes) throws IOException {
        return bytes == 0
                ? MemorySegment.NULL
                : file.map(FileChannel.MapMode.READ_ONLY, start, bytes, Arena.ofAuto());
    }

    private static ByteBuffer read(FileChannel file, Path path, int bytes) throws IOException {
        ByteBuffer read = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (read.hasRemaining()) {
            if (file.read(read, read.position()) < 0) {
                throw damaged(path, "it ends within its header");
            }
        }
        return read.flip();
    }

    private static CorruptStoreException damaged(Path file, String why) {
        return new CorruptStoreException(
                file
                        + " is no usable row file: "
                        + why
                        + ". Delete it; what wrote it writes it again");
    }
}
