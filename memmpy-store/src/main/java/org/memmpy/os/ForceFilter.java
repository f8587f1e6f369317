// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A disk that does what another does, except that forces, of files and of directories, are its own.
 */
public abstract class ForceFilter implements Disk {
    private final Disk disk;

    /** A force of the disk behind. */
    protected interface Force {
        /** Forces. */
        void run() throws IOException;
    }

    /** Stands before a disk. */
    protected ForceFilter(Disk disk) {
        this.disk = disk;
    }

    /** Forces, or does something else. */
    protected abstract void force(Force force) throws IOException;

    /** Begins a force of the disk behind, or does not. */
    protected void beginForce(Runnable begin) {
        begin.run();
    }

    @Override
    public final DiskFile create(Path file) throws IOException {
        return new FilteredFile(disk.create(file));
    }

    @Override
    public final DiskFile open(Path file) throws IOException {
        return new FilteredFile(disk.open(file));
    }

    @Override
    public final void createDirectories(Path directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public final void publish(Path aside, Path file) throws IOException {
        disk.publish(aside, file);
    }

    @Override
    public final void replace(Path aside, Path file) throws IOException {
        disk.replace(aside, file);
    }

    @Override
    public final void delete(Path file) throws IOException {
        disk.delete(file);
    }

    @Override
    public final void forceDirectory(Path directory) throws IOException {
        force(() -> disk.forceDirectory(directory));
    }

    private final class FilteredFile implements DiskFile {
        private final DiskFile file;

        FilteredFile(DiskFile file) {
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
        public void cut(long length) throws IOException {
            file.cut(length);
        }

        @Override
        public void beginForce() {
            ForceFilter.this.beginForce(file::beginForce);
        }

        @Override
        public void force() throws IOException {
            ForceFilter.this.force(file::force);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
