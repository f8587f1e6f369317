// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import static org.memmpy.format.ZipFormat.FULL_16;
import static org.memmpy.format.ZipFormat.FULL_32;

import org.memmpy.os.Disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Writes a zip archive whose members are not compressed and start at page boundaries, so that each
 * can be mapped where it lies. With zip64 where lengths need it; the same members give the same
 * bytes. For one thread.
 *
 * <p>Each member: {@link #begin}, {@link #write} until it has all its bytes, {@link #end}; at last
 * {@link #finish}. Nothing is forced. Until then the file is no archive.
 */
public final class ZipStoredWriter {
    /** The data of each member starts at a multiple of this. */
    public static final int ALIGNMENT = 4096;

    /** Extra fields start with an id and a length; the alignment's content with 2 bytes. */
    private static final int PADDING_BYTES = 6;

    private static final int ZIP_64_LOCAL_BYTES = 20;
    private static final int ZIP_64_CENTRAL_BYTES = 28;
    private static final int PIECE_BYTES = 256 << 10;
    private static final short VERSION = 20;
    private static final short VERSION_64 = 45;

    /** The first day that MS-DOS knows. */
    private static final short DATE = (1 << 5) | 1;

    /** Attributes of a Unix file, {@code rw-r--r--}; without them unzip makes it unreadable. */
    private static final int UNIX_FILE = 0100644 << 16;

    private static final short MADE_BY_UNIX = 3 << 8;

    private final Disk.DiskFile file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final CRC32 crc = new CRC32();
    private Entry current;
    private long position;
    private long written;
    private boolean finished;

    private static final class Entry {
        private final byte[] name;
        private final long bytes;
        private final long start;
        private final int padding;
        private int crc;

        Entry(byte[] name, long bytes, long start) {
            this.name = name;
            this.bytes = bytes;
            this.start = start;
            int beyond = (int) ((start + headerBytes()) % ALIGNMENT);
            int gap = beyond == 0 ? 0 : ALIGNMENT - beyond;
            this.padding = gap == 0 || gap >= PADDING_BYTES ? gap : gap + ALIGNMENT;
        }

        boolean isLarge() {
            return bytes >= FULL_32;
        }

        private int headerBytes() {
            return ZipFormat.LOCAL_BYTES + name.length + (isLarge() ? ZIP_64_LOCAL_BYTES : 0);
        }

        long dataStart() {
            return start + headerBytes() + padding;
        }
    }

    /**
     * Starts an archive.
     *
     * @param file empty; it is neither forced nor closed here
     */
    public ZipStoredWriter(Disk.DiskFile file) {
        this.file = file;
    }

    /**
     * Starts a member.
     *
     * @param name a path inside the archive, with {@code /}
     * @param bytes how many will come
     * @return where the data starts in the file
     * @throws IllegalArgumentException if the name leads out of the archive or is there already
     * @throws IllegalStateException if another member was begun and not ended
     */
    public long begin(String name, long bytes) {
        requireUnfinished();
        if (current != null) {
            throw new IllegalStateException(
                    "'"
                            + name
                            + "' begins before the member before it has ended: call end() first");
        }
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        if (!NodeNames.staysInside(name) || utf8.length > FULL_16) {
            throw new IllegalArgumentException(
                    "'"
                            + name
                            + "' cannot be a member's name: it leads out of the archive or is too long");
        }
        if (bytes < 0 || bytes > Long.MAX_VALUE - position - (1 << 20)) {
            throw new IllegalArgumentException("'" + name + "' cannot have " + bytes + " bytes");
        }
        Entry entry = new Entry(utf8, bytes, position);
        if (entries.putIfAbsent(name, entry) != null) {
            throw new IllegalArgumentException("'" + name + "' is in the archive already");
        }
        current = entry;
        written = 0;
        crc.reset();
        return entry.dataStart();
    }

    /**
     * Writes some of the current member's bytes; blocks of nothing but zeros become holes.
     *
     * @param bytes all that remain in the buffer
     * @throws IllegalArgumentException if they are more than the member was to have
     */
    public void write(ByteBuffer bytes) throws IOException {
        requireCurrent();
        if (bytes.remaining() > current.bytes - written) {
            throw new IllegalArgumentException(
                    "%d bytes at %d of a member of %d"
                            .formatted(bytes.remaining(), written, current.bytes));
        }
        ByteBuffer copy = bytes.duplicate();
        if (copy.remaining() == BlockChecksums.BLOCK && BlockChecksums.isZeros(copy)) {
            bytes.position(bytes.limit()); // a hole in the file, which goes on behind it
        } else {
            file.write(bytes, current.dataStart() + written);
        }
        written += copy.remaining();
        crc.update(copy);
    }

    /**
     * Ends the current member.
     *
     * @throws IllegalStateException if it has not all its bytes
     */
    public void end() throws IOException {
        requireCurrent();
        if (written < current.bytes) {
            throw new IllegalStateException(
                    "a member of %d bytes ends after %d".formatted(current.bytes, written));
        }
        current.crc = (int) crc.getValue();
        file.write(localHeader(current), current.start);
        position = current.dataStart() + current.bytes;
        current = null;
    }

    private static ByteBuffer localHeader(Entry entry) {
        int size = entry.isLarge() ? -1 : (int) entry.bytes;
        int extra = (entry.isLarge() ? ZIP_64_LOCAL_BYTES : 0) + entry.padding;
        ByteBuffer header = buffer((int) (entry.dataStart() - entry.start));
        header.putInt(ZipFormat.LOCAL).putShort(entry.isLarge() ? VERSION_64 : VERSION);
        putCommon(header, entry.crc, size, entry.name.length, extra);
        header.put(entry.name);
        if (entry.isLarge()) {
            header.putShort((short) ZipFormat.ZIP_64).putShort((short) 16);
            header.putLong(entry.bytes).putLong(entry.bytes);
        }
        if (entry.padding > 0) {
            header.putShort((short) ZipFormat.ALIGNMENT).putShort((short) (entry.padding - 4));
            header.putShort((short) ALIGNMENT);
        }
        return header.flip(); // the rest of the padding is a hole in the file: zeros
    }

    /** What both headers have, from the flags to the length of the extra fields. */
    private static void putCommon(ByteBuffer into, int crc, int size, int name, int extra) {
        into.putShort((short) ZipFormat.UTF_8).putShort((short) ZipFormat.STORED);
        into.putShort((short) 0).putShort(DATE).putInt(crc).putInt(size).putInt(size);
        into.putShort((short) name).putShort((short) extra);
    }

    /**
     * Writes the directory; the archive is complete.
     *
     * @return the file's length
     * @throws IllegalStateException if a member has not ended
     */
    public long finish() throws IOException {
        requireUnfinished();
        if (current != null) {
            throw new IllegalStateException("a member has not ended: call end() first");
        }
        finished = true;
        long start = position;
        ByteBuffer piece = buffer(PIECE_BYTES);
        for (Entry entry : entries.values()) {
            if (piece.remaining()
                    < ZipFormat.CENTRAL_BYTES + entry.name.length + ZIP_64_CENTRAL_BYTES) {
                flush(piece);
            }
            putCentral(piece, entry);
        }
        flush(piece);
        putEnd(piece, start, position - start);
        flush(piece);
        return position;
    }

    private void flush(ByteBuffer piece) throws IOException {
        piece.flip();
        int bytes = piece.remaining();
        file.write(piece, position);
        position += bytes;
        piece.clear();
    }

    private static void putCentral(ByteBuffer into, Entry entry) {
        boolean far = entry.start >= FULL_32;
        int wide = (entry.isLarge() ? 16 : 0) + (far ? 8 : 0);
        short version = wide > 0 ? VERSION_64 : VERSION;
        int size = entry.isLarge() ? -1 : (int) entry.bytes;
        into.putInt(ZipFormat.CENTRAL).putShort((short) (MADE_BY_UNIX | version)).putShort(version);
        putCommon(into, entry.crc, size, entry.name.length, wide > 0 ? 4 + wide : 0);
        into.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        into.putInt(UNIX_FILE).putInt(far ? -1 : (int) entry.start).put(entry.name);
        if (wide > 0) {
            into.putShort((short) ZipFormat.ZIP_64).putShort((short) wide);
        }
        if (entry.isLarge()) {
            into.putLong(entry.bytes).putLong(entry.bytes);
        }
        if (far) {
            into.putLong(entry.start);
        }
    }

    private void putEnd(ByteBuffer into, long start, long bytes) {
        int count = entries.size();
        if (count >= FULL_16 || start >= FULL_32 || bytes >= FULL_32) {
            into.putInt(ZipFormat.END_64).putLong(ZipFormat.END_64_BYTES - 12L);
            into.putShort((short) (MADE_BY_UNIX | VERSION_64)).putShort(VERSION_64);
            into.putInt(0).putInt(0).putLong(count).putLong(count).putLong(bytes).putLong(start);
            into.putInt(ZipFormat.LOCATOR_64).putInt(0).putLong(start + bytes).putInt(1);
        }
        short small = (short) Math.min(count, FULL_16);
        into.putInt(ZipFormat.END).putInt(0).putShort(small).putShort(small);
        into.putInt((int) Math.min(bytes, FULL_32)).putInt((int) Math.min(start, FULL_32));
        into.putShort((short) 0);
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void requireCurrent() {
        if (current == null) {
            throw new IllegalStateException("no member was begun");
        }
    }

    private void requireUnfinished() {
        if (finished) {
            throw new IllegalStateException("the archive is finished");
        }
    }
}
