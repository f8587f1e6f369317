// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.format.ZipMembers.Member;
import org.memmpy.os.Disk;
import org.memmpy.os.MapArena;
import org.memmpy.os.ReadableFile;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;
import org.memmpy.testing.Rows;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipFile;

class ZipStoredWriterTest {
    @TempDir private Path directory;

    /** Names of every length, so that every gap before a page boundary comes up. */
    private static Map<String, byte[]> contents() {
        Map<String, byte[]> contents = new LinkedHashMap<>();
        Random random = new Random(1);
        for (int length : new int[] {0, 1, 4095, 4096, 4097, 300_000}) {
            contents.put("größe/" + length, new byte[length]);
        }
        for (int length = 4040; length < 4070; length++) {
            contents.put("n".repeat(length), new byte[length % 7]);
        }
        contents.values().forEach(random::nextBytes);
        return contents;
    }

    private static void write(Disk.DiskFile file, Map<String, byte[]> contents) throws IOException {
        ZipStoredWriter writer = new ZipStoredWriter(file);
        for (Map.Entry<String, byte[]> member : contents.entrySet()) {
            byte[] bytes = member.getValue();
            long start = writer.begin(member.getKey(), bytes.length);
            assertEquals(0, start % ZipStoredWriter.ALIGNMENT);
            int half = bytes.length / 2;
            writer.write(ByteBuffer.wrap(bytes, 0, half));
            writer.write(ByteBuffer.wrap(bytes, half, bytes.length - half));
            writer.end();
        }
        assertEquals(writer.finish(), file.size());
    }

    private Path write(Map<String, byte[]> contents) throws IOException {
        Path path = directory.resolve("a.zip");
        try (Disk.DiskFile file = Disk.REAL.create(path)) {
            write(file, contents);
        }
        return path;
    }

    /** How many bytes are written in all. */
    private static final class CountingFile implements Disk.DiskFile {
        private final Disk.DiskFile file;
        private long written;

        CountingFile(Disk.DiskFile file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return file.read(into, position);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void write(ByteBuffer bytes, long position) throws IOException {
            written += bytes.remaining();
            file.write(bytes, position);
        }

        @Override
        public void force() throws IOException {
            file.force();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    @Test
    void blocksOfZerosAreHoles() throws IOException {
        byte[] bytes = new byte[10 * BlockChecksums.BLOCK];
        bytes[3 * BlockChecksums.BLOCK - 1] = 1;
        Path path = directory.resolve("holes.zip");
        long written;
        try (CountingFile file = new CountingFile(Disk.REAL.create(path))) {
            ZipStoredWriter writer = new ZipStoredWriter(file);
            writer.begin("zeros", bytes.length);
            for (int at = 0; at < bytes.length; at += BlockChecksums.BLOCK) {
                ByteBuffer block = ByteBuffer.wrap(bytes, at, BlockChecksums.BLOCK);
                writer.write(block);
                assertEquals(0, block.remaining());
            }
            writer.end();
            assertEquals(writer.finish(), file.size());
            written = file.written;
        }
        assertTrue(written < BlockChecksums.BLOCK + 10_000, () -> written + " bytes");
        try (ZipFile zip = new ZipFile(path.toFile());
                InputStream in = zip.getInputStream(zip.getEntry("zeros"))) {
            assertArrayEquals(bytes, in.readAllBytes());
        }
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Map<String, byte[]> contents = contents();
        Path path = write(contents);
        ZipMembers members = ZipMembers.read(path);
        MapArena mappings = new MapArena();
        try (ReadableFile file = ReadableFile.open(path)) {
            assertEquals(
                    List.copyOf(contents.keySet()),
                    members.all().stream().map(Member::name).toList());
            for (Member member : members.all()) {
                byte[] expected = contents.get(member.name());
                assertTrue(member.isStored());
                assertEquals(expected.length, member.bytes());
                assertEquals(expected.length, member.storedBytes());
                long start = members.dataOffset(file, member);
                assertEquals(0, start % ZipStoredWriter.ALIGNMENT);
                assertArrayEquals(
                        expected, Rows.bytes(mappings.map(path).asSlice(start, expected.length)));
            }
        } finally {
            mappings.release();
        }
    }

    @Test
    void javaReadsIt() throws IOException {
        Map<String, byte[]> contents = contents();
        try (ZipFile zip = new ZipFile(write(contents).toFile())) {
            assertEquals(contents.size(), zip.size());
            for (Map.Entry<String, byte[]> member : contents.entrySet()) {
                try (var in = zip.getInputStream(zip.getEntry(member.getKey()))) {
                    assertArrayEquals(member.getValue(), in.readAllBytes());
                }
            }
        }
    }

    @Test
    void theSameMembersGiveTheSameBytes() throws IOException {
        MemoryFile first = new MemoryFile();
        MemoryFile second = new MemoryFile();
        write(first, contents());
        write(second, contents());
        assertArrayEquals(first.bytes(), second.bytes());
    }

    @Test
    @EnabledIfNumPy
    void numPyPythonAndUnzipReadIt() throws IOException {
        RowType type = RowType.of(DType.INT16, 3);
        byte[] rows = Rows.random(type, 1000, 1);
        ByteBuffer npy = ByteBuffer.allocate(NpyHeader.BYTES + rows.length);
        npy.put(NpyHeader.encode(type, 1000)).put(rows);
        Map<String, byte[]> contents = contents();
        contents.keySet().removeIf(name -> name.startsWith("n"));
        contents.put("ä/x.npy", npy.array());
        Path path = write(contents);
        Path expected = Files.write(directory.resolve("rows"), rows);
        NumPy.run(
                """
                import shutil, subprocess, zipfile
                with zipfile.ZipFile(args[0]) as z:
                    assert z.testzip() is None
                    assert all(i.date_time == (1980, 1, 1, 0, 0, 0) for i in z.infolist())
                with np.load(args[0]) as z:
                    assert z['ä/x'].tobytes() == open(args[1], 'rb').read()
                    assert z['ä/x'].shape == (1000, 3)
                if shutil.which('unzip'):
                    out = subprocess.run(['unzip', '-t', args[0]], capture_output=True, text=True)
                    assert out.returncode == 0 and 'No errors' in out.stdout, out
                """,
                path,
                expected);
    }

    @Test
    void moreMembersThan16BitsCount() throws IOException {
        int count = 70_000;
        Path path = directory.resolve("many.zip");
        try (Disk.DiskFile file = Disk.REAL.create(path)) {
            ZipStoredWriter writer = new ZipStoredWriter(file);
            for (int i = 0; i < count; i++) {
                writer.begin("d/" + i, 4);
                writer.write(ByteBuffer.allocate(4).putInt(0, i));
                writer.end();
            }
            writer.finish();
        }
        ZipMembers members = ZipMembers.read(path);
        assertEquals(count, members.all().size());
        try (ReadableFile file = ReadableFile.open(path);
                ZipFile zip = new ZipFile(path.toFile())) {
            assertEquals(count, zip.size());
            ByteBuffer bytes = ByteBuffer.allocate(4);
            Member last = members.find("d/" + (count - 1)).orElseThrow();
            file.read(bytes, members.dataOffset(file, last));
            assertEquals(count - 1, bytes.getInt(0));
            assertEquals(last.crc32(), zip.getEntry(last.name()).getCrc());
        }
    }

    /** The archive is a sparse file: a write of nothing but zeros is left out. */
    private static final class Sparse implements Disk.DiskFile {
        private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 20);
        private final Disk.DiskFile file;

        Sparse(Disk.DiskFile file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return file.read(into, position);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void write(ByteBuffer bytes, long position) throws IOException {
            if (bytes.remaining() > ZEROS.capacity()
                    || !bytes.equals(ZEROS.slice(0, bytes.remaining()))) {
                file.write(bytes, position);
            }
            bytes.position(bytes.limit());
        }

        @Override
        public void force() throws IOException {
            file.force();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    @Test
    @EnabledIfNumPy
    void membersBeyond32Bits() throws IOException {
        long large = 0xffff_ffffL; // the smallest that needs zip64
        Path path = directory.resolve("large.zip");
        try (Disk.DiskFile file = new Sparse(Disk.REAL.create(path))) {
            ZipStoredWriter writer = new ZipStoredWriter(file);
            writer.begin("large", large);
            for (long rest = large; rest > 0; ) {
                int length = (int) Math.min(rest, Sparse.ZEROS.capacity());
                writer.write(Sparse.ZEROS.slice(0, length));
                rest -= length;
            }
            writer.end();
            writer.begin("small", 3);
            writer.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            writer.end();
            writer.finish();
        }
        ZipMembers members = ZipMembers.read(path);
        try (ReadableFile file = ReadableFile.open(path);
                ZipFile zip = new ZipFile(path.toFile())) {
            Member first = members.find("large").orElseThrow();
            assertEquals(large, first.bytes());
            assertEquals(ZipStoredWriter.ALIGNMENT, members.dataOffset(file, first));
            assertEquals(large, zip.getEntry("large").getSize());
            Member second = members.find("small").orElseThrow();
            assertTrue(second.headerOffset() > large);
            ByteBuffer bytes = ByteBuffer.allocate(3);
            file.read(bytes, members.dataOffset(file, second));
            assertArrayEquals(new byte[] {1, 2, 3}, bytes.array());
            try (var in = zip.getInputStream(zip.getEntry("small"))) {
                assertArrayEquals(bytes.array(), in.readAllBytes());
            }
        }
        NumPy.run(
                """
                import zipfile
                with zipfile.ZipFile(args[0]) as z:
                    assert z.getinfo('large').file_size == 2**32 - 1
                    assert z.read('small') == b'\\x01\\x02\\x03'
                    with z.open('large') as f:
                        assert f.read(1000) == bytes(1000)
                """,
                path);
    }

    @Test
    void refusesWhatWouldBeNoArchive() throws IOException {
        ZipStoredWriter writer = new ZipStoredWriter(new MemoryFile());
        assertThrows(IllegalStateException.class, () -> writer.end());
        assertThrows(IllegalArgumentException.class, () -> writer.begin("../x", 1));
        assertThrows(IllegalArgumentException.class, () -> writer.begin("x".repeat(65_536), 1));
        assertThrows(IllegalArgumentException.class, () -> writer.begin("x", -1));
        assertThrows(IllegalArgumentException.class, () -> writer.begin("x", Long.MAX_VALUE));
        writer.begin("x", 1);
        assertThrows(IllegalStateException.class, () -> writer.begin("y", 1));
        assertThrows(IllegalStateException.class, () -> writer.end());
        assertThrows(IllegalStateException.class, () -> writer.finish());
        assertThrows(IllegalArgumentException.class, () -> writer.write(ByteBuffer.allocate(2)));
        writer.write(ByteBuffer.allocate(1));
        writer.end();
        assertThrows(IllegalArgumentException.class, () -> writer.begin("x", 1));
        writer.finish();
        assertThrows(IllegalStateException.class, () -> writer.begin("y", 1));
        assertThrows(IllegalStateException.class, () -> writer.finish());
    }
}
