// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.os.Disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The real disk, which notes what is done to it and fails when it is told to; half of what a failed
 * write was given is in the file.
 */
final class FaultyDisk implements Disk {
    private final List<String> log = new ArrayList<>();
    private String failing = "";
    private int failures;
    private volatile Runnable beforeWrite = () -> {};
    private volatile Runnable beforeForce = () -> {};
    private volatile Runnable beforePublish = () -> {};

    /** Fails the next operations whose log line starts so, then works again. */
    void failNext(String prefix, int times) {
        failing = prefix;
        failures = times;
    }

    /** Runs before every write of rows, in the thread that writes. */
    void beforeWrite(Runnable step) {
        beforeWrite = step;
    }

    /** Runs before every force of a file, in the thread that forces. */
    void beforeForce(Runnable step) {
        beforeForce = step;
    }

    /** Runs before a file gets its final name exclusively. */
    void beforePublish(Runnable step) {
        beforePublish = step;
    }

    /** Fails every operation whose log line starts so; nothing for the empty string. */
    void failAt(String prefix) {
        failing = prefix;
        failures = Integer.MAX_VALUE;
    }

    /** {@return how many of the failures that were asked for are still to come} */
    int failuresLeft() {
        return failing.isEmpty() ? 0 : failures;
    }

    List<String> log() {
        return log;
    }

    private synchronized void note(String what, Path file) throws IOException {
        String line = what + " " + file.getFileName();
        log.add(line);
        failIfTold(line);
    }

    private synchronized void failIfTold(String line) throws IOException {
        if (!failing.isEmpty() && line.startsWith(failing)) {
            failures--;
            if (failures == 0) {
                failing = "";
            }
            throw new IOException("simulated: " + line);
        }
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        note("create", file);
        return new LoggedFile(file, REAL.create(file));
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        note("open", file);
        return new LoggedFile(file, REAL.open(file));
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        REAL.createDirectories(directory);
    }

    @Override
    public void publish(Path aside, Path file) throws IOException {
        note("publish", file);
        beforePublish.run();
        REAL.publish(aside, file);
    }

    @Override
    public void replace(Path aside, Path file) throws IOException {
        note("replace", file);
        REAL.replace(aside, file);
    }

    @Override
    public void delete(Path file) throws IOException {
        failIfTold("delete " + file.getFileName());
        REAL.delete(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        note("force directory", directory);
        REAL.forceDirectory(directory);
    }

    private final class LoggedFile implements DiskFile {
        private final Path path;
        private final DiskFile file;

        LoggedFile(Path path, DiskFile file) {
            this.path = path;
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
            try {
                note(position == 0 ? "write header" : "write rows", path);
            } catch (IOException e) {
                ByteBuffer half = bytes.duplicate();
                half.limit(half.position() + half.remaining() / 2);
                file.write(half, position);
                throw e;
            }
            if (position > 0) {
                beforeWrite.run();
            }
            file.write(bytes, position);
        }

        @Override
        public void cut(long length) throws IOException {
            note("cut", path);
            file.cut(length);
        }

        @Override
        public void force() throws IOException {
            beforeForce.run();
            note("force", path);
            file.force();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
