// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.os.Disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A disk that tells of every force that fails, whoever asked for it and whatever becomes of the
 * exception: the system may say only once that it has dropped what it could not write.
 */
final class WatchedDisk implements Disk {
    private final Disk disk;
    private final Consumer<IOException> failed;

    WatchedDisk(Disk disk, Consumer<IOException> failed) {
        this.disk = disk;
        this.failed = failed;
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        return new WatchedFile(disk.create(file));
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        return new WatchedFile(disk.open(file));
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public void publish(Path aside, Path file) throws IOException {
        disk.publish(aside, file);
    }

    @Override
    public void replace(Path aside, Path file) throws IOException {
        disk.replace(aside, file);
    }

    @Override
    public void delete(Path file) throws IOException {
        disk.delete(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        try {
            disk.forceDirectory(directory);
        } catch (IOException e) {
            failed.accept(e);
            throw e;
        }
    }

    private final class WatchedFile implements DiskFile {
        private final DiskFile file;

        WatchedFile(DiskFile file) {
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
            file.write(bytes, position);
        }

        @Override
        public void beginForce() {
            file.beginForce();
        }

        @Override
        public void force() throws IOException {
            try {
                file.force();
            } catch (IOException e) {
                failed.accept(e);
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
