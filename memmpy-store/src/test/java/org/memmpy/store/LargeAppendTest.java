// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.os.Disk;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The disk begins to work while hundreds of MiB are still being appended. */
class LargeAppendTest {
    private static final long MIB = 1 << 20;

    @Test
    void aForceIsBegunForEvery256MiB(@TempDir Path directory) throws IOException {
        Forgetful disk = new Forgetful();
        try (Arena arena = Arena.ofConfined();
                Store store = Store.create(directory.resolve("s"), disk)) {
            MappedArray rows = store.array("x", DType.UINT8, MIB);
            MemorySegment piece = arena.allocate(5 * MIB);
            for (int i = 0; i < 51; i++) {
                rows.append(piece);
            }
            assertEquals(0, disk.begun, "not after 255 MiB");
            rows.append(piece);
            assertEquals(1, disk.begun);
            for (int i = 0; i < 52; i++) {
                rows.append(piece);
            }
            assertEquals(2, disk.begun, "after 520 MiB");
        }
    }

    /** Keeps files, but no rows of them. */
    private static final class Forgetful implements Disk {
        private int begun;

        @Override
        public DiskFile create(Path file) throws IOException {
            return new File(UNFORCED.create(file));
        }

        @Override
        public DiskFile open(Path file) throws IOException {
            return new File(UNFORCED.open(file));
        }

        @Override
        public void createDirectories(Path directory) throws IOException {
            UNFORCED.createDirectories(directory);
        }

        @Override
        public void publish(Path aside, Path file) throws IOException {
            UNFORCED.publish(aside, file);
        }

        @Override
        public void replace(Path aside, Path file) throws IOException {
            UNFORCED.replace(aside, file);
        }

        @Override
        public void delete(Path file) throws IOException {
            UNFORCED.delete(file);
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            UNFORCED.forceDirectory(directory);
        }

        private final class File implements DiskFile {
            private final DiskFile file;

            File(DiskFile file) {
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
                if (position == 0) {
                    file.write(bytes, position);
                }
            }

            @Override
            public void beginForce() {
                begun++;
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
    }
}
