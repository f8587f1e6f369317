// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.os.Disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;

/** The real disk, which ends the process at one operation: before, after, or half way through. */
final class HaltingDisk implements Disk {
    private final Random random;
    private int left;

    /**
     * Counts.
     *
     * @param operations how many are done; less than 0 for all
     * @param random where in the operation the end comes
     */
    HaltingDisk(int operations, Random random) {
        this.left = operations;
        this.random = random;
    }

    private interface Operation<T> {
        T run() throws IOException;
    }

    private <T> T run(Operation<T> operation) throws IOException {
        boolean last = left-- == 0;
        if (last && random.nextBoolean()) {
            halt();
        }
        try {
            return operation.run();
        } finally {
            if (last) {
                halt(); // also if it failed, as making a file does that is there
            }
        }
    }

    private static void halt() {
        Runtime.getRuntime().halt(137); // no shutdown hook, no finally, nothing
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        return run(() -> new HaltingFile(REAL.create(file)));
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        return new HaltingFile(REAL.open(file));
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        run(
                () -> {
                    REAL.createDirectories(directory);
                    return null;
                });
    }

    @Override
    public void publish(Path aside, Path file) throws IOException {
        run(
                () -> {
                    REAL.publish(aside, file);
                    return null;
                });
    }

    @Override
    public void replace(Path aside, Path file) throws IOException {
        run(
                () -> {
                    REAL.replace(aside, file);
                    return null;
                });
    }

    @Override
    public void delete(Path file) throws IOException {
        run(
                () -> {
                    REAL.delete(file);
                    return null;
                });
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        run(
                () -> {
                    REAL.forceDirectory(directory);
                    return null;
                });
    }

    private final class HaltingFile implements DiskFile {
        private final DiskFile file;

        HaltingFile(DiskFile file) {
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
            if (left == 0) {
                int half = bytes.remaining() / 2;
                file.write(bytes.duplicate().limit(bytes.position() + half), position);
            }
            run(
                    () -> {
                        file.write(bytes, position);
                        return null;
                    });
        }

        @Override
        public void force() throws IOException {
            run(
                    () -> {
                        file.force();
                        return null;
                    });
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
