// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * What is durable on a disk, and what is only in the system's memory. Names and bytes become
 * durable apart from each other: a file's by {@code force}, a directory's names by {@code
 * forceDirectory}. It is harsher than most file systems, where forcing a file keeps its name too.
 */
public final class Platter {
    private static final int ABSENT = -1;
    private static final int DIRECTORY = -2;

    /** For each name its states, the durable one first; parents sort before children. */
    private final TreeMap<Path, List<Integer>> names = new TreeMap<>();

    private final Map<Integer, Inode> inodes = new HashMap<>();

    Platter() {}

    Platter copy() {
        Platter copy = new Platter();
        names.forEach((path, states) -> copy.names.put(path, new ArrayList<>(states)));
        inodes.forEach((id, inode) -> copy.inodes.put(id, new Inode(inode)));
        return copy;
    }

    void adoptDirectory(Path path) {
        names.put(path, new ArrayList<>(List.of(DIRECTORY)));
    }

    void adopt(int inode, Path path, byte[] durable) {
        names.put(path, new ArrayList<>(List.of(inode)));
        inodes.put(inode, new Inode(durable));
    }

    /** Does what the system would do. */
    public void apply(DiskOp op) {
        switch (op) {
            case DiskOp.MakeDirectory made -> name(made.path(), DIRECTORY);
            case DiskOp.Create created -> {
                inodes.put(created.inode(), new Inode());
                name(created.path(), created.inode());
            }
            case DiskOp.Link link -> name(link.path(), link.inode());
            case DiskOp.Rename rename -> {
                name(rename.path(), rename.inode());
                name(rename.aside(), ABSENT);
            }
            case DiskOp.Delete deleted -> name(deleted.path(), ABSENT);
            case DiskOp.Write write -> inodes.get(write.inode()).write(write);
            case DiskOp.Force force -> inodes.get(force.inode()).force();
            case DiskOp.ForceDirectory force -> forceNames(force.path());
            case DiskOp.Mark mark -> {}
        }
    }

    private void name(Path path, int state) {
        names.computeIfAbsent(path, p -> new ArrayList<>(List.of(ABSENT))).add(state);
    }

    private void forceNames(Path directory) {
        names.forEach(
                (path, states) -> {
                    if (parent(path).equals(directory)) {
                        states.subList(0, states.size() - 1).clear();
                    }
                });
    }

    private static Path parent(Path path) {
        return path.getParent() == null ? Path.of("") : path.getParent();
    }

    /** {@return everything whose {@link Fate} is open: names and inodes} */
    public List<Object> pending() {
        List<Object> pending = new ArrayList<>();
        names.forEach(
                (path, states) -> {
                    if (states.size() > 1) {
                        pending.add(path);
                    }
                });
        inodes.forEach(
                (id, inode) -> {
                    if (inode.isPending()) {
                        pending.add(id);
                    }
                });
        return pending;
    }

    /** {@return what a machine finds after a power loss} */
    public Survivors survivors(Fate fate) {
        Map<Path, Integer> found = new TreeMap<>();
        Map<Integer, byte[]> contents = new HashMap<>();
        names.forEach(
                (path, states) -> {
                    int state = states.get(fate.state(path, states.size() - 1));
                    boolean reachable =
                            path.getParent() == null
                                    || Integer.valueOf(DIRECTORY).equals(found.get(parent(path)));
                    if (state != ABSENT && reachable) {
                        found.put(path, state);
                        if (state != DIRECTORY) {
                            contents.computeIfAbsent(state, id -> fate.content(id, inodes.get(id)));
                        }
                    }
                });
        return new Survivors(found, contents);
    }

    /** The names and bytes that a power loss leaves. */
    public static final class Survivors {
        private final Map<Path, Integer> names;
        private final Map<Integer, byte[]> contents;

        private Survivors(Map<Path, Integer> names, Map<Integer, byte[]> contents) {
            this.names = names;
            this.contents = contents;
        }

        /** {@return a text that is the same for the same names and bytes} */
        public String fingerprint() {
            Map<Integer, String> sums = new HashMap<>();
            contents.forEach(
                    (inode, bytes) -> {
                        CRC32C crc = new CRC32C();
                        crc.update(bytes);
                        sums.put(inode, bytes.length + "-" + crc.getValue());
                    });
            StringBuilder text = new StringBuilder();
            names.forEach(
                    (path, inode) ->
                            text.append(path).append(' ').append(sums.get(inode)).append('\n'));
            return text.toString();
        }

        /** {@return the names, of directories too, and what the files hold} */
        public Map<Path, byte[]> files() {
            Map<Path, byte[]> files = new TreeMap<>();
            names.forEach((path, inode) -> files.put(path, contents.get(inode)));
            return files;
        }

        /** Writes them into an empty directory. */
        public void writeTo(Path directory) throws IOException {
            Map<Integer, Path> written = new HashMap<>();
            for (Map.Entry<Path, Integer> name : names.entrySet()) {
                Path path = directory.resolve(name.getKey());
                Path twin = written.putIfAbsent(name.getValue(), path);
                if (name.getValue() == DIRECTORY) {
                    Files.createDirectory(path);
                } else if (twin != null) {
                    Files.createLink(path, twin);
                } else {
                    Files.write(path, contents.get(name.getValue()));
                }
            }
        }
    }
}
