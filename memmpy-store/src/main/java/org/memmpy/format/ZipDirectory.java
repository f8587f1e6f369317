// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import static org.memmpy.format.ZipFormat.FULL_16;
import static org.memmpy.format.ZipFormat.FULL_32;
import static org.memmpy.format.ZipFormat.u16;
import static org.memmpy.format.ZipFormat.u32;

import org.memmpy.CorruptStoreException;
import org.memmpy.UnsupportedFormatException;
import org.memmpy.format.ZipMembers.Member;
import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the central directory of one archive, from its end. Memory follows what is there. */
final class ZipDirectory {
    /** What our packs of a million members need; a bound for what an archive can cost. */
    private static final long MAX_BYTES = 64L << 20;

    /** More than the longest record. */
    private static final int WINDOW_BYTES = 256 << 10;

    private final ReadableFile file;
    private final String source;
    private final boolean pathsOnly;
    private final long size;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final List<Extent> extents = new ArrayList<>();

    /** What a member occupies at least: its local header may have extra fields besides. */
    private record Extent(String name, long start, long bytes) {}

    /** What the records at the end say. */
    private record Directory(long entries, long start, long bytes) {}

    ZipDirectory(ReadableFile file, String source, boolean pathsOnly) throws IOException {
        this.file = file;
        this.source = source;
        this.pathsOnly = pathsOnly;
        this.size = file.size();
    }

    ZipMembers read() throws IOException {
        Directory directory = find();
        Window window = new Window(directory);
        for (long i = 0; i < directory.entries(); i++) {
            readMember(window, directory.start());
        }
        if (!window.isAtEnd()) {
            throw corrupt("its directory goes on behind its last member");
        }
        return new ZipMembers(source, members, starts(directory));
    }

    private Directory find() throws IOException {
        int tailBytes = (int) Math.min(size, ZipFormat.END_BYTES + FULL_16);
        ByteBuffer tail = read(size - tailBytes, tailBytes);
        for (int at = tailBytes - ZipFormat.END_BYTES; at >= 0; at--) {
            if (tail.getInt(at) == ZipFormat.END
                    && u16(tail, at + 20) == tailBytes - at - ZipFormat.END_BYTES) {
                return checked(tail.slice(at, ZipFormat.END_BYTES), size - tailBytes + at);
            }
        }
        throw corrupt("it does not end as a zip archive does");
    }

    private Directory checked(ByteBuffer slice, long endPosition) throws IOException {
        ByteBuffer end = slice.order(ByteOrder.LITTLE_ENDIAN);
        Directory directory = new Directory(u16(end, 10), u32(end, 16), u32(end, 12));
        long position = endPosition;
        long locatorPosition = endPosition - ZipFormat.LOCATOR_64_BYTES;
        ByteBuffer locator = read(Math.max(0, locatorPosition), ZipFormat.LOCATOR_64_BYTES);
        boolean zip64 = locatorPosition >= 0 && locator.getInt(0) == ZipFormat.LOCATOR_64;
        if (zip64) {
            requireOneVolume(u32(locator, 4) == 0 && u32(locator, 16) <= 1);
            position = locator.getLong(8);
            directory = end64(position, locatorPosition, directory);
        }
        requireOneVolume(
                isVolumeZero(u16(end, 4), zip64)
                        && isVolumeZero(u16(end, 6), zip64)
                        && u16(end, 8) == u16(end, 10));
        if (directory.start() > position || directory.bytes() != position - directory.start()) {
            throw corrupt(
                    "its directory of %,d bytes at byte %d does not end at byte %d, where it should. Something stands before the archive or in it, or a part is missing"
                            .formatted(directory.bytes(), directory.start(), position));
        }
        if (directory.entries() > directory.bytes() / ZipFormat.CENTRAL_BYTES) {
            throw corrupt(
                    "it claims %,d members in a directory of %,d bytes"
                            .formatted(directory.entries(), directory.bytes()));
        }
        if (directory.bytes() > MAX_BYTES) {
            throw new UnsupportedFormatException(
                    "%s: its directory has %,d bytes, more than %,d. Divide the archive into several"
                            .formatted(source, directory.bytes(), MAX_BYTES));
        }
        return directory;
    }

    private Directory end64(long position, long locatorPosition, Directory small)
            throws IOException {
        if (position < 0 || position > locatorPosition - ZipFormat.END_64_BYTES) {
            throw corrupt("its zip64 end is said to be at byte " + position);
        }
        ByteBuffer end = read(position, ZipFormat.END_64_BYTES);
        if (end.getInt(0) != ZipFormat.END_64
                || end.getLong(4) != locatorPosition - position - 12) {
            throw corrupt("its zip64 end is not at byte " + position + ", where it should be");
        }
        Directory large = new Directory(end.getLong(32), end.getLong(48), end.getLong(40));
        requireOneVolume(
                end.getInt(16) == 0 && end.getInt(20) == 0 && end.getLong(24) == large.entries());
        if (large.entries() < 0
                || large.start() < 0
                || large.bytes() < 0
                || disagree(small.entries(), large.entries(), FULL_16)
                || disagree(small.start(), large.start(), FULL_32)
                || disagree(small.bytes(), large.bytes(), FULL_32)) {
            throw corrupt("its two ends say different things about its directory");
        }
        return large;
    }

    private static boolean disagree(long small, long large, long full) {
        return small != full && small != large;
    }

    private static boolean isVolumeZero(int volume, boolean zip64) {
        return volume == 0 || (zip64 && volume == FULL_16);
    }

    private void requireOneVolume(boolean one) {
        if (!one) {
            throw new UnsupportedFormatException(
                    source
                            + ": a zip archive in several volumes. Join them to one file, for example with"
                            + " zip -s 0 x.zip --out whole.zip");
        }
    }

    private void readMember(Window window, long directoryStart) throws IOException {
        ByteBuffer record = window.peek(ZipFormat.CENTRAL_BYTES);
        if (record.getInt(0) != ZipFormat.CENTRAL) {
            throw corrupt("member " + extents.size() + " of its directory is not there");
        }
        int nameEnd = ZipFormat.CENTRAL_BYTES + u16(record, 28);
        int extraEnd = nameEnd + u16(record, 30);
        int recordEnd = extraEnd + u16(record, 32);
        record = window.peek(recordEnd);
        String name =
                name(record.slice(ZipFormat.CENTRAL_BYTES, nameEnd - ZipFormat.CENTRAL_BYTES));
        int flags = u16(record, 8);
        if ((flags & ZipFormat.UNREADABLE) != 0) {
            throw new UnsupportedFormatException(
                    "%s, member %s: encrypted or a patch. Write the archive without encryption"
                            .formatted(source, name));
        }
        ByteBuffer wide = zip64(record, nameEnd, extraEnd, name);
        long bytes = value(u32(record, 24), wide, name);
        long storedBytes = value(u32(record, 20), wide, name);
        long start = value(u32(record, 42), wide, name);
        int volume = u16(record, 34);
        requireOneVolume(isVolumeZero(volume, wide.hasRemaining()));
        int method = u16(record, 10);
        if (method == ZipFormat.STORED && bytes != storedBytes) {
            throw corrupt(
                    name,
                    "it is not compressed, but has %,d bytes and %,d in the archive"
                            .formatted(bytes, storedBytes));
        }
        long headerBytes = (long) ZipFormat.LOCAL_BYTES + nameEnd - ZipFormat.CENTRAL_BYTES;
        if (start > directoryStart - headerBytes
                || storedBytes > directoryStart - headerBytes - start) {
            throw corrupt(
                    name,
                    "its %,d bytes at byte %d would reach into the directory"
                            .formatted(storedBytes, start));
        }
        extents.add(new Extent(name, start, headerBytes + storedBytes));
        keep(new Member(name, method, storedBytes, bytes, u32(record, 16), start));
        window.skip(recordEnd);
    }

    private void keep(Member member) {
        String name = member.name();
        boolean folder = name.endsWith("/");
        if (pathsOnly
                && !NodeNames.staysInside(folder ? name.substring(0, name.length() - 1) : name)) {
            throw corrupt(name, "its name leads out of the archive, or is none");
        }
        if (folder ? member.bytes() > 0 : members.putIfAbsent(name, member) != null) {
            throw corrupt(name, folder ? "a folder with content" : "there are two of that name");
        }
    }

    private String name(ByteBuffer bytes) {
        try {
            return utf8.decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw corrupt("the name of member " + extents.size() + " is no UTF-8");
        }
    }

    /** {@return the 64-bit values of a record, in the order of the fields that are full} */
    private ByteBuffer zip64(ByteBuffer record, int start, int end, String name) {
        ByteBuffer found = null;
        for (int at = start; at <= end - 4; ) {
            int length = u16(record, at + 2);
            if (length > end - at - 4) {
                throw corrupt(name, "an extra field is longer than its place");
            }
            if (u16(record, at) == ZipFormat.ZIP_64) {
                if (found != null) {
                    throw corrupt(name, "it has two zip64 fields");
                }
                found = record.slice(at + 4, length).order(ByteOrder.LITTLE_ENDIAN);
            }
            at += 4 + length;
        }
        return found == null ? ByteBuffer.allocate(0) : found;
    }

    private long value(long field, ByteBuffer wide, String name) {
        if (field != FULL_32) {
            return field;
        }
        if (wide.remaining() < 8) {
            throw corrupt(name, "a length or an offset is missing from its zip64 field");
        }
        long value = wide.getLong();
        if (value < 0) {
            throw corrupt(name, "a length or an offset is beyond 2^63");
        }
        return value;
    }

    private long[] starts(Directory directory) {
        extents.sort(Comparator.comparingLong(Extent::start));
        long[] starts = new long[extents.size() + 1];
        starts[extents.size()] = directory.start();
        for (int i = extents.size() - 1; i >= 0; i--) {
            Extent extent = extents.get(i);
            starts[i] = extent.start();
            if (extent.bytes() > starts[i + 1] - extent.start()) {
                throw corrupt(
                        extent.name(), "it overlaps with member " + extents.get(i + 1).name());
            }
        }
        return starts;
    }

    private ByteBuffer read(long position, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (file.read(buffer, position) < bytes && position + bytes <= size) {
            throw corrupt("it was cut while it was read");
        }
        return buffer.flip().limit(bytes);
    }

    private CorruptStoreException corrupt(String member, String found) {
        return new CorruptStoreException(
                source
                        + ", member "
                        + (member.length() <= 80 ? member : member.substring(0, 77) + "...")
                        + ": "
                        + found
                        + ". The file is damaged or made up; write or copy it again");
    }

    private CorruptStoreException corrupt(String found) {
        return new CorruptStoreException(
                source
                        + ": not a readable zip archive: "
                        + found
                        + ". It was cut, overwritten or is of another kind; write or copy it again");
    }

    /** The directory's bytes, a piece at a time. */
    private final class Window {
        private final ByteBuffer buffer = ByteBuffer.allocate(WINDOW_BYTES);
        private final long end;
        private long next;

        Window(Directory directory) {
            this.next = directory.start();
            this.end = directory.start() + directory.bytes();
            buffer.limit(0);
        }

        boolean isAtEnd() {
            return next == end && !buffer.hasRemaining();
        }

        /** {@return the next bytes, from index 0} */
        ByteBuffer peek(int bytes) throws IOException {
            if (buffer.remaining() < bytes) {
                buffer.compact();
                buffer.limit((int) Math.min(buffer.capacity(), buffer.position() + end - next));
                next += file.read(buffer, next);
                buffer.flip();
                if (buffer.remaining() < bytes) {
                    throw corrupt("its directory ends in member " + extents.size());
                }
            }
            return buffer.slice(buffer.position(), bytes).order(ByteOrder.LITTLE_ENDIAN);
        }

        void skip(int bytes) {
            buffer.position(buffer.position() + bytes);
        }
    }
}
