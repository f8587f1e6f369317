// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.MemmpyException;
import org.memmpy.UnsupportedFormatException;
import org.memmpy.format.ZipMembers.Member;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

class ZipMembersTest {
    /** Reads everything that {@link ZipMembers} gives: name -> content as it is stored. */
    private static Map<String, String> read(byte[] archive) throws IOException {
        MemoryFile file = new MemoryFile(archive);
        ZipMembers members = ZipMembers.read(file, "x.zip");
        Map<String, String> contents = new TreeMap<>();
        for (Member member : members.all()) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(member.storedBytes()));
            assertEquals(bytes.capacity(), file.read(bytes, members.dataOffset(file, member)));
            contents.put(member.name(), new String(bytes.array(), StandardCharsets.UTF_8));
        }
        return contents;
    }

    private static byte[] archive(Consumer<ZipBytes> settings) {
        ZipBytes zip = new ZipBytes();
        settings.accept(zip);
        return zip.member("a", "first").member("b/c", "second").finish();
    }

    private static String refused(Class<? extends MemmpyException> kind, byte[] archive) {
        String message = assertThrows(kind, () -> read(archive)).getMessage();
        assertTrue(message.startsWith("x.zip"), message);
        return message;
    }

    private static void corrupt(String found, byte[] archive) {
        String message = refused(CorruptStoreException.class, archive);
        assertTrue(message.contains(found), message);
    }

    private static void unsupported(String found, byte[] archive) {
        String message = refused(UnsupportedFormatException.class, archive);
        assertTrue(message.contains(found), message);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsSoundArchives(boolean zip64) throws IOException {
        String expected = "{a=first, b/c=second}";
        assertEquals(expected, read(archive(zip -> zip.zip64 = zip64)).toString());
        String long64K = "PK\5\6".repeat(16_383);
        byte[] commented =
                archive(
                        zip -> {
                            zip.zip64 = zip64;
                            zip.comment = long64K;
                        });
        assertEquals(expected, read(commented).toString());
        assertEquals("{}", read(new ZipBytes().finish()).toString());
        ZipBytes folder = new ZipBytes().member("b/", "").member("b/c", "x");
        assertEquals("{b/c=x}", read(folder.finish()).toString());
    }

    @Test
    void readsJavasWithSizesBehindTheData() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (String name : new String[] {"ä", "b"}) {
                out.putNextEntry(new ZipEntry(name));
                out.write(new byte[1000]);
            }
        }
        MemoryFile file = new MemoryFile(bytes.toByteArray());
        ZipMembers members = ZipMembers.read(file, "x.zip");
        Member member = members.find("ä").orElseThrow();
        assertTrue(member.isDeflated());
        assertEquals(1000, member.bytes());
        assertEquals(32, members.dataOffset(file, member));
        assertTrue(members.find("c").isEmpty());
    }

    @Test
    void namesWhatItRefuses() throws IOException {
        corrupt("two of that name", new ZipBytes().member("a", "").member("a", "x").finish());
        for (String name : new String[] {"../a", "/a", "a/../b", "a//b", "", "/", "a\\b", "a\0"}) {
            byte[] archive = new ZipBytes().member(name, "").finish();
            corrupt("leads out", archive);
            MemoryFile file = new MemoryFile(archive);
            int listed = name.equals("/") ? 0 : 1;
            assertEquals(listed, ZipMembers.readWithAnyNames(file, "x").all().size());
        }
        corrupt("a folder with content", new ZipBytes().member("a/", "x").finish());
        unsupported("encrypted", archive(zip -> zip.flags = 1));
        unsupported("encrypted", archive(zip -> zip.flags = 1 << 13));
        unsupported("several volumes", archive(zip -> zip.volume = 1));
        unsupported("several volumes", archive(zip -> zip.endVolume = 1));
        corrupt("is not compressed, but", archive(zip -> zip.bytesMore = 1));
        corrupt("would reach into the directory", archive(zip -> zip.offsetMore = 100));
        corrupt("does not end at", archive(zip -> zip.prefix = "#!/bin/sh"));
        corrupt("goes on behind", archive(zip -> zip.countMore = -1));
        corrupt("claims 1,002 members", archive(zip -> zip.countMore = 1000));
        corrupt("missing from its zip64", archive(zip -> zip64(zip, 2)));
        corrupt("does not end as a zip", new byte[100]);
        corrupt("does not end as a zip", new byte[0]);
    }

    private static void zip64(ZipBytes zip, int fields) {
        zip.zip64 = true;
        zip.zip64Fields = fields;
    }

    @Test
    void refusesMembersThatOverlap() {
        ZipBytes zip = new ZipBytes().member("a", "first");
        zip.offsetMore = -1;
        corrupt("member a: it overlaps with member b", zip.member("b", "x").finish());
        zip = new ZipBytes().member("a", "first");
        zip.offsetMore = -36;
        corrupt("overlaps", zip.member("b", "x").finish());
    }

    @Test
    void refusesALocalHeaderThatDisagrees() {
        byte[] sound = archive(zip -> {});
        int[] differing = {0, 3, 6, 8, 14, 18, 22, 26, 28, 30};
        for (int at : differing) {
            byte[] archive = sound.clone();
            archive[at] ^= 1;
            if (at == 28) {
                archive[at] = 6; // extra fields push the data into the next member
            }
            corrupt("member a: its local header at byte 0", archive);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anArchiveThatWasCutIsRefused(boolean zip64) {
        byte[] sound = archive(zip -> zip.zip64 = zip64);
        for (int length = 0; length < sound.length; length++) {
            refused(CorruptStoreException.class, Arrays.copyOf(sound, length));
        }
    }

    /** Whatever a number says, reading ends soon: with what is there, or with our exceptions. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anyNumberMayBeWrong(boolean zip64) throws IOException {
        byte[] sound =
                archive(
                        zip -> {
                            zip.zip64 = zip64;
                            zip.comment = "comment";
                        });
        int refusals = 0;
        for (int width : new int[] {1, 2, 4, 8}) {
            for (int value : new int[] {0x00, 0x01, 0x7f, 0x80, 0xff, -1}) {
                for (int at = 0; at + width <= sound.length; at++) {
                    refusals += isRefused(changed(sound, at, width, value)) ? 1 : 0;
                }
            }
        }
        assertTrue(refusals > sound.length, refusals + " refusals");
    }

    /** The last byte, the most significant, becomes a value; those before it are all ones. */
    private static byte[] changed(byte[] sound, int at, int width, int value) {
        byte[] archive = sound.clone();
        if (value < 0) {
            archive[at] ^= (byte) (1 << width % 8);
            return archive;
        }
        Arrays.fill(archive, at, at + width, (byte) 0xff);
        archive[at + width - 1] = (byte) value;
        return archive;
    }

    private static boolean isRefused(byte[] archive) throws IOException {
        try {
            read(archive);
            return false;
        } catch (MemmpyException e) {
            assertTrue(e.getMessage().startsWith("x.zip"), e.getMessage());
            return true;
        }
    }
}
