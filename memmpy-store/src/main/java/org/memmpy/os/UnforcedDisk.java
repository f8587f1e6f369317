// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The real disk, without forcing anything. */
final class UnforcedDisk implements Disk {
    @Override
    public DiskFile create(Path file) throws IOException {
        return new UnforcedFile(REAL.create(file));
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        return new UnforcedFile(REAL.open(file));
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        REAL.createDirectories(directory);
    }

    @Override
    public void publish(Path aside, Path file) throws IOException {
        REAL.publish(aside, file);
    }

    @Override
    public void replace(Path aside, Path file) throws IOException {
        REAL.replace(aside, file);
    }

    @Override
    public void delete(Path file) throws IOException {
        REAL.delete(file);
    }

    @Override
    public void forceDirectory(Path directory) {
        // left to the system
    }

    private record UnforcedFile(DiskFile file) implements DiskFile {
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
            file.write(bytes, position);
        }

        @Override
        public void force() {
            // left to the system
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
