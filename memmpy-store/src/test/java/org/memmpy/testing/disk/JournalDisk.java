// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing.disk;

import org.memmpy.os.Disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The real disk, which notes every change below one directory. Forces are noted only: nothing here
 * outlives a real power loss.
 */
public final class JournalDisk implements Disk {
    /** Thrown by everything that is asked of a disk whose process is dead. */
    public static final class DeadException extends IOException {
        private static final long serialVersionUID = 1;

        DeadException() {
            super("simulated: the process is dead");
        }
    }

    private final Path base;
    private final Platter initial;
    private final List<DiskOp> journal = new ArrayList<>();
    private final Map<Path, Integer> inodes = new HashMap<>();
    private Predicate<DiskOp> forgotten = op -> false;
    private int nextInode;
    private int diesAt = Integer.MAX_VALUE;

    /**
     * Starts with what a directory holds now, all of it durable.
     *
     * @param base the directory; nothing is changed outside of it
     */
    public JournalDisk(Path base) throws IOException {
        this.base = base;
        this.initial = new Platter();
        try (var paths = Files.walk(base)) {
            for (Path path : paths.skip(1).toList()) {
                if (Files.isDirectory(path)) {
                    initial.adoptDirectory(base.relativize(path));
                } else {
                    initial.adopt(
                            newInode(base.relativize(path)),
                            base.relativize(path),
                            Files.readAllBytes(path));
                }
            }
        }
    }

    private int newInode(Path path) {
        inodes.put(path, nextInode);
        return nextInode++;
    }

    /** {@return the directory} */
    public Path base() {
        return base;
    }

    /** {@return what was on the disk before the first operation} */
    public Platter initial() {
        return initial.copy();
    }

    /** {@return what was done so far, in order} */
    public synchronized List<DiskOp> journal() {
        return List.copyOf(journal);
    }

    /** Drops operations, forces for instance: they are neither done nor noted. */
    public synchronized void forget(Predicate<DiskOp> which) {
        forgotten = which;
    }

    /**
     * Kills the process that writes: from this operation on nothing is done any more, and everybody
     * gets a {@link DeadException}. What was done stays as it is, forced or not.
     *
     * @param operation counted from 0 over the whole journal
     */
    public synchronized void dieAt(int operation) {
        diesAt = operation;
    }

    /** Lets another process go on; the files that the dead one had open stay dead. */
    public synchronized void revive() {
        diesAt = Integer.MAX_VALUE;
    }

    /** Notes what the caller was told. */
    public synchronized void mark(Object note) {
        journal.add(new DiskOp.Mark(note));
    }

    private Path relative(Path path) {
        Path relative = base.relativize(path.toAbsolutePath());
        if (relative.startsWith("..")) {
            throw new IllegalArgumentException(path + " is not in " + base);
        }
        return relative;
    }

    /** How an operation is done in truth. */
    private interface Action {
        void run() throws IOException;
    }

    private synchronized void perform(DiskOp op, Action action) throws IOException {
        if (journal.size() >= diesAt) {
            throw new DeadException();
        }
        if (!forgotten.test(op)) {
            action.run();
            journal.add(op);
        }
    }

    @Override
    public synchronized DiskFile create(Path file) throws IOException {
        Path path = relative(file);
        DiskFile[] opened = {null};
        perform(new DiskOp.Create(nextInode, path), () -> opened[0] = REAL.create(file));
        return new JournalFile(path, newInode(path), opened[0]);
    }

    @Override
    public synchronized DiskFile open(Path file) throws IOException {
        DiskFile opened = REAL.open(file);
        return new JournalFile(relative(file), inodes.get(relative(file)), opened);
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        createDirectories(directory.toAbsolutePath().getParent());
        perform(
                new DiskOp.MakeDirectory(relative(directory)),
                () -> Files.createDirectory(directory));
    }

    @Override
    public synchronized void publish(Path aside, Path file) throws IOException {
        Path path = relative(file);
        int inode = inodes.get(relative(aside));
        perform(
                new DiskOp.Link(inode, relative(aside), path),
                () -> {
                    Files.createLink(file, aside);
                    inodes.put(path, inode);
                });
    }

    @Override
    public synchronized void replace(Path aside, Path file) throws IOException {
        Path path = relative(file);
        int inode = inodes.get(relative(aside));
        perform(
                new DiskOp.Rename(inode, relative(aside), path),
                () -> {
                    REAL.replace(aside, file);
                    inodes.put(path, inode);
                    inodes.remove(relative(aside));
                });
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        if (Files.exists(file)) {
            perform(new DiskOp.Delete(relative(file)), () -> REAL.delete(file));
            inodes.remove(relative(file));
        }
    }

    @Override
    public synchronized void forceDirectory(Path directory) throws IOException {
        if (directory.toAbsolutePath().startsWith(base)) {
            perform(new DiskOp.ForceDirectory(relative(directory)), () -> {});
        }
    }

    private final class JournalFile implements DiskFile {
        private final Path path;
        private final int inode;
        private final DiskFile file;

        JournalFile(Path path, int inode, DiskFile file) {
            this.path = path;
            this.inode = inode;
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
            ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
            perform(
                    new DiskOp.Write(inode, path, position, copy),
                    () -> file.write(bytes, position));
        }

        @Override
        public void force() throws IOException {
            perform(new DiskOp.Force(inode, path), () -> {});
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
