// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.CorruptStoreException;
import org.memmpy.format.ZipMembers;
import org.memmpy.format.ZipMembers.Member;
import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads NumPy's {@code .npz} files, compressed or not: every member {@code x.npy} is an array
 * {@code x}. Other members are passed over.
 *
 * <p>A member must be as long as its header's shape says. One that is longer, or inflates to more,
 * is refused: what was meant is not known, and looking for the end of what somebody made up may
 * take for ever. A compressed array in Fortran order is inflated to a temporary file first ({@code
 * java.io.tmpdir} says where), because its rows lie all over it.
 */
public final class NpzImporter implements Importer {
    private static final String MEMBER = ".npy";

    private final Path spills;

    /** For {@link java.util.ServiceLoader}. */
    public NpzImporter() {
        this(Path.of(System.getProperty("java.io.tmpdir")));
    }

    NpzImporter(Path spills) {
        this.spills = spills;
    }

    @Override
    public String format() {
        return ".npz";
    }

    @Override
    public boolean accepts(Path source) {
        return NpyImporter.lowerName(source).endsWith(".npz");
    }

    @Override
    public void read(Path source, Target target) throws IOException {
        try (ReadableFile file = ReadableFile.open(source)) {
            ZipMembers members = ZipMembers.readWithAnyNames(file, source.toString());
            for (Member member : members.all()) {
                if (member.name().endsWith(MEMBER)) {
                    read(file, members, member, source + ", member " + member.name(), target);
                }
            }
        }
    }

    private void read(
            ReadableFile file, ZipMembers members, Member member, String source, Target target)
            throws IOException {
        String name = member.name();
        String arrayName = name.substring(0, name.length() - MEMBER.length());
        long start = members.dataOffset(file, member);
        try (MemberStream in = MemberStream.open(file, start, member, source)) {
            NpyArray array = NpyArray.read(in, source);
            requireLength(array, member, source);
            if (!array.isFortran()) {
                array.copy(in, arrayName, target);
                in.requireEnd();
            } else if (member.isStored()) {
                in.transferTo(OutputStream.nullOutputStream()); // for its checksum
                in.requireEnd();
                array.turn(file, start + array.dataOffset(), arrayName, target);
            } else {
                turnSpilled(array, in, source, arrayName, target);
            }
        }
    }

    private static void requireLength(NpyArray array, Member member, String source) {
        array.requireBytes(member.bytes());
        if (member.bytes() > array.bytes()) {
            throw new CorruptStoreException(
                    "%s: %,d bytes follow what its header describes. It was overwritten or written by something else than NumPy; write it again with numpy.savez"
                            .formatted(source, member.bytes() - array.bytes()));
        }
    }

    private void turnSpilled(
            NpyArray array, MemberStream in, String source, String name, Target target)
            throws IOException {
        Path spill = Files.createTempFile(spills, "memmpy-", MEMBER);
        try {
            spill(in, spill, array.bytes() - array.dataOffset(), source);
            in.requireEnd();
            try (ReadableFile file = ReadableFile.open(spill)) {
                array.requireBytes(file.size() + array.dataOffset());
                array.turn(file, 0, name, target);
            }
        } finally {
            Files.deleteIfExists(spill);
        }
    }

    /** Writes as many bytes as there should be; never more, whatever the member inflates to. */
    private static void spill(InputStream in, Path spill, long bytes, String source)
            throws IOException {
        byte[] buffer = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(spill)) {
            long rest = bytes;
            int count = 1;
            while (rest > 0 && count > 0) { // of what ends early the checksum is wrong
                count = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, rest));
                out.write(buffer, 0, count);
                rest -= count;
            }
        } catch (IOException e) {
            throw new IOException(
                    "%s: it is compressed and in Fortran order, so its %,d bytes must lie in a file for a while, but %s could not be written: %s. Make room there, or name a directory that has it with -Djava.io.tmpdir"
                            .formatted(source, bytes, spill, e.getMessage()),
                    e);
        }
    }
}
