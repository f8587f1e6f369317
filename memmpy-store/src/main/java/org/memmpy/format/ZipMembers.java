// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import static org.memmpy.format.ZipFormat.u16;
import static org.memmpy.format.ZipFormat.u32;

import org.memmpy.CorruptStoreException;
import org.memmpy.UnsupportedFormatException;
import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;

/**
 * What is in a zip or zip64 archive, and where: its central directory, read once. Immutable.
 *
 * <p>Made for archives that somebody else wrote, or meant ill: whatever two readers could
 * understand differently (overlaps, doubled names, bytes before the archive or between its parts)
 * is refused. Folders are passed over.
 */
public final class ZipMembers {
    private final String source;
    private final Map<String, Member> members;

    /** Where members start, ascending, and last where the directory does. */
    private final long[] starts;

    /**
     * One file of the archive.
     *
     * @param name a path inside the archive, with {@code /}; it leads nowhere else, unless read by
     *     {@link #readWithAnyNames}
     * @param method how it is compressed: 0 not at all, 8 deflated
     * @param storedBytes its length in the archive
     * @param bytes its length; if it is compressed, what the archive claims
     * @param crc32 of the bytes, unsigned
     * @param headerOffset where its local header starts in the archive
     */
    public record Member(
            String name, int method, long storedBytes, long bytes, long crc32, long headerOffset) {
        /** {@return whether the bytes lie in the archive as they are} */
        public boolean isStored() {
            return method == ZipFormat.STORED;
        }

        /** {@return whether the bytes are compressed by deflate} */
        public boolean isDeflated() {
            return method == ZipFormat.DEFLATED;
        }
    }

    ZipMembers(String source, Map<String, Member> members, long[] starts) {
        this.source = source;
        this.members = members;
        this.starts = starts;
    }

    /**
     * Reads the directory of an archive.
     *
     * @param file the archive
     * @throws CorruptStoreException if it was cut or is damaged, or is no zip archive
     * @throws UnsupportedFormatException if it is encrypted, in several volumes, or has more
     *     members than 64 MiB of directory can describe
     */
    public static ZipMembers read(Path file) throws IOException {
        try (ReadableFile open = ReadableFile.open(file)) {
            return read(open, file.toString());
        }
    }

    /**
     * Reads the directory of an open archive.
     *
     * @param file the archive; needed by {@link #dataOffset} again
     * @param source what to call it in messages
     */
    public static ZipMembers read(ReadableFile file, String source) throws IOException {
        return new ZipDirectory(file, source, true).read();
    }

    /**
     * As {@link #read(ReadableFile, String)}, but names may be anything: for who takes them as
     * labels, and never as paths.
     */
    public static ZipMembers readWithAnyNames(ReadableFile file, String source) throws IOException {
        return new ZipDirectory(file, source, false).read();
    }

    /** {@return the members, in the directory's order} */
    public Collection<Member> all() {
        return Collections.unmodifiableCollection(members.values());
    }

    /** {@return the member of a name, if there is one} */
    public Optional<Member> find(String name) {
        return Optional.ofNullable(members.get(name));
    }

    /**
     * Finds where a member's data starts: one read, of its local header, which must agree with the
     * directory. From there the archive holds {@link Member#storedBytes} bytes of it, and they are
     * nobody else's.
     *
     * @param file the archive from which this was read
     * @param member one of {@link #all}
     * @throws CorruptStoreException if there is no such local header
     */
    public long dataOffset(ReadableFile file, Member member) throws IOException {
        byte[] name = member.name().getBytes(StandardCharsets.UTF_8);
        ByteBuffer header =
                ByteBuffer.allocate(ZipFormat.LOCAL_BYTES + name.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        if (file.read(header, member.headerOffset()) < header.capacity()) {
            throw disagreement(member, "the file ends in it");
        }
        int flags = u16(header, 6);
        boolean sizesFollow = (flags & ZipFormat.DESCRIPTOR) != 0;
        if (header.getInt(0) != ZipFormat.LOCAL) {
            throw disagreement(member, "it is not there");
        }
        if (u16(header, 26) != name.length
                || !Arrays.equals(
                        header.array(),
                        ZipFormat.LOCAL_BYTES,
                        header.capacity(),
                        name,
                        0,
                        name.length)) {
            throw disagreement(member, "it has another name");
        }
        if ((flags & ZipFormat.UNREADABLE) != 0 || u16(header, 8) != member.method()) {
            throw disagreement(member, "it says another compression or encryption");
        }
        if (!sizesFollow
                && (u32(header, 14) != member.crc32()
                        || !agrees(u32(header, 18), member.storedBytes())
                        || !agrees(u32(header, 22), member.bytes()))) {
            throw disagreement(member, "it says another length or checksum");
        }
        long start = member.headerOffset() + header.capacity() + u16(header, 28);
        if (member.storedBytes() > limit(member) - start) {
            throw disagreement(member, "with its extra fields the data would reach into the next");
        }
        return start;
    }

    private static boolean agrees(long field, long value) {
        return field == value || field == ZipFormat.FULL_32;
    }

    /** Where whatever follows a member starts. */
    private long limit(Member member) {
        int at = Arrays.binarySearch(starts, member.headerOffset());
        if (at < 0 || at == starts.length - 1) {
            throw new IllegalArgumentException(member + " is no member of " + source);
        }
        return starts[at + 1];
    }

    private CorruptStoreException disagreement(Member member, String found) {
        return new CorruptStoreException(
                "%s, member %s: its local header at byte %d is not what the archive's directory says: %s. The file was overwritten or damaged; write or copy it again"
                        .formatted(source, member.name(), member.headerOffset(), found));
    }
}
