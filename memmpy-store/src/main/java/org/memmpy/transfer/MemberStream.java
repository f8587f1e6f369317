// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.CorruptStoreException;
import org.memmpy.UnsupportedFormatException;
import org.memmpy.format.ZipMembers.Member;
import org.memmpy.os.ReadableFile;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * The bytes of an archive's member, inflated if need be, and held against their checksum at the
 * end. Nothing is inflated that nobody asks for.
 */
final class MemberStream extends InputStream {
    /** Deflate makes at most 258 bytes of 2 bits. */
    private static final long MAX_RATIO = 1032;

    private final InputStream in;
    private final Inflater inflater;
    private final Member member;
    private final String source;
    private final CRC32 crc = new CRC32();

    private MemberStream(InputStream in, Inflater inflater, Member member, String source) {
        this.in = in;
        this.inflater = inflater;
        this.member = member;
        this.source = source;
    }

    /**
     * Opens a member.
     *
     * @param file the archive; it stays open
     * @param start where the member's data starts
     * @param source what to call the member in messages
     * @throws UnsupportedFormatException if it is compressed by another method than deflate
     */
    static MemberStream open(ReadableFile file, long start, Member member, String source) {
        InputStream stored = new FilePart(file, start, member.storedBytes());
        if (member.isStored()) {
            return new MemberStream(new BufferedInputStream(stored), null, member, source);
        }
        if (!member.isDeflated()) {
            throw new UnsupportedFormatException(
                    "%s: compressed by method %d. Write it with numpy.savez or numpy.savez_compressed"
                            .formatted(source, member.method()));
        }
        if (member.bytes() / MAX_RATIO > member.storedBytes()) {
            throw new CorruptStoreException(
                    "%s: it claims to hold %,d bytes in %,d, which no compression of this kind can. The file is damaged or made up; write it again"
                            .formatted(source, member.bytes(), member.storedBytes()));
        }
        Inflater inflater = new Inflater(true);
        InputStream inflated = new InflaterInputStream(stored, inflater, 1 << 16);
        return new MemberStream(new BufferedInputStream(inflated), inflater, member, source);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            int count = in.read(bytes, offset, length);
            crc.update(bytes, offset, Math.max(0, count));
            return count;
        } catch (ZipException | EOFException e) {
            throw new CorruptStoreException(
                    source
                            + ": its compressed data cannot be read. It was cut or is damaged; write or"
                            + " copy it again",
                    e);
        }
    }

    /** Makes sure that all was read, and that it was what was written. */
    void requireEnd() throws IOException {
        if (read() >= 0) {
            throw new CorruptStoreException(
                    "%s: it goes on behind the %,d bytes that the archive says it has. It is damaged or made up; write it again"
                            .formatted(source, member.bytes()));
        }
        if (crc.getValue() != member.crc32()) {
            throw new CorruptStoreException(
                    source
                            + ": its checksum is wrong: the file is damaged. Write or copy it again");
        }
    }

    @Override
    public void close() {
        if (inflater != null) {
            inflater.end();
        }
    }
}
