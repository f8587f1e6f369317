// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.NodeKind;
import org.memmpy.StoreLockedException;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;
import org.memmpy.format.Structure;
import org.memmpy.os.Disk;
import org.memmpy.os.WriterLock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Part stores on their way into a store: locked, looked at, and held against the nodes there,
 * before anything is changed. Their locks are given back at the end.
 */
final class Adoption implements AutoCloseable {
    private final Path store;
    private final List<WriterLock> locks = new ArrayList<>();
    private final Map<Path, Manifest> parts = new LinkedHashMap<>();

    private Adoption(Path store) {
        this.store = store;
    }

    /**
     * Locks part stores and checks their files.
     *
     * @param adopted tells by the beginning of file names which parts are in the store already
     */
    static Adoption of(Path store, List<Path> parts, Predicate<String> adopted) throws IOException {
        Adoption adoption = new Adoption(store);
        boolean complete = false;
        try {
            for (Path part : parts) {
                adoption.add(part, adopted);
            }
            complete = true;
            return adoption;
        } finally {
            if (!complete) {
                adoption.close();
            }
        }
    }

    private void add(Path given, Predicate<String> adopted) throws IOException {
        Path part = given.toRealPath();
        if (!part.getParent().equals(store.toRealPath().resolve(PartStores.DIRECTORY))) {
            throw new IllegalArgumentException(
                    "%s is no part of %s: Store.createPart makes parts, in %s"
                            .formatted(given, store, store.resolve(PartStores.DIRECTORY)));
        }
        if (parts.containsKey(part) || adopted.test(PartStores.name(part) + "/")) {
            throw new IllegalArgumentException(
                    "%s: the part %s is adopted already. Give each part once"
                            .formatted(store, given));
        }
        try {
            locks.add(WriterLock.acquire(part));
        } catch (StoreLockedException e) {
            throw new StoreLockedException(
                    "%s: the part cannot be adopted while its writer has it open. Close it first (%s)"
                            .formatted(given, e.getMessage()),
                    e);
        }
        Manifest manifest = new Generations(part).readNewest();
        if (manifest.generation() < 2) {
            throw new IllegalArgumentException(
                    given + ": nothing was committed to this part. Commit it, or leave it out");
        }
        check(part, manifest);
        parts.put(part, manifest);
    }

    private static void check(Path part, Manifest manifest) throws IOException {
        StoreFiles files = new StoreFiles.InDirectory(part);
        for (Map.Entry<String, Manifest.Array> array : manifest.arrays().entrySet()) {
            for (Manifest.Part file : array.getValue().parts()) {
                String where = part + ", array '" + array.getKey() + "'";
                ArrayFiles.check(files, where, array.getValue().type(), file);
            }
        }
        for (Map.Entry<String, Manifest.Value> value : manifest.values().entrySet()) {
            ValueFiles.read(files, part + ", value '" + value.getKey() + "'", value.getValue());
        }
    }

    /** Creates what is missing in a tree; refuses what contradicts it. */
    void createMissing(PendingTree tree) {
        parts.forEach(
                (part, manifest) -> {
                    RaggedAdoption.requireSameTypes(store, tree, part, manifest);
                    new TreeMap<>(manifest.groups())
                            .forEach((path, group) -> group(tree, part, path, group));
                    manifest.arrays().forEach((path, array) -> array(tree, part, path, array));
                    manifest.values().forEach((path, value) -> value(tree, part, path, value));
                });
    }

    private void group(PendingTree tree, Path part, String path, Manifest.Group group) {
        NodeKind kind = group.kind();
        NodeKind there = tree.kind(path);
        if (there == null) {
            if (isComponent(tree, path)) {
                tree.addGroup(path, kind);
            } else {
                tree.createGroup(path, kind);
            }
            tree.setAttributes(path, group.attributes());
        } else if (there != kind && !(there.isGroup() && kind.isGroup())) {
            throw otherKind(part, path, kind, there);
        }
    }

    private void array(PendingTree tree, Path part, String path, Manifest.Array array) {
        NodeKind there = tree.kind(path);
        if (there == null) {
            if (isComponent(tree, path)) {
                tree.addArray(path, array.type());
            } else {
                tree.createArray(path, array.type());
            }
            tree.setAttributes(path, array.attributes());
        } else if (there != NodeKind.ARRAY) {
            throw otherKind(part, path, NodeKind.ARRAY, there);
        } else if (!tree.array(path).type().equals(array.type())) {
            throw new IllegalArgumentException(
                    "%s: array '%s' holds rows of %s, in the part %s of %s. Nothing was adopted"
                            .formatted(
                                    store,
                                    path,
                                    tree.array(path).type(),
                                    part.getFileName(),
                                    array.type()));
        }
    }

    private static boolean isComponent(PendingTree tree, String path) {
        NodeKind above = tree.kind(NodeNames.parent(path));
        return above != null && above.isComposite();
    }

    private void value(PendingTree tree, Path part, String path, Manifest.Value value) {
        NodeKind there = tree.kind(path);
        if (there == null) {
            String file = PartStores.name(part) + "/" + value.file();
            tree.putValue(
                    path,
                    new Manifest.Value(file, value.bytes(), value.crc32c(), value.attributes()));
        } else if (there != NodeKind.VALUE) {
            throw otherKind(part, path, NodeKind.VALUE, there);
        }
    }

    private IllegalArgumentException otherKind(
            Path part, String path, NodeKind kind, NodeKind there) {
        return new IllegalArgumentException(
                "%s: '%s' is a %s, in the part %s a %s. Nothing was adopted"
                        .formatted(store, path, there, part.getFileName(), kind));
    }

    /**
     * Makes sure that nothing contradicts the parts, and all tables have equal columns with them.
     *
     * @param soFar the generation to come without the parts
     */
    void requireSound(Manifest soFar) {
        requireSound(soFar, "is adopted", "Complete and commit the rows that are appended");
        PendingTree trial = new PendingTree(store, soFar);
        createMissing(trial);
        links().forEach(trial::addParts);
        raggeds().addOffsets(trial);
        requireSound(
                trial.manifest(soFar, soFar.generation(), Map.of()),
                "was adopted",
                "Give parts that have all arrays of their tables");
    }

    private void requireSound(Manifest manifest, String fate, String remedy) {
        Structure.fault(manifest)
                .ifPresent(
                        fault -> {
                            throw new IllegalArgumentException(
                                    "%s: nothing %s: %s. %s".formatted(store, fate, fault, remedy));
                        });
    }

    /** {@return by array, the files to link, named as in the store} */
    Map<String, List<Manifest.Part>> links() {
        Map<String, List<Manifest.Part>> links = new LinkedHashMap<>();
        parts.forEach(
                (part, manifest) -> {
                    for (Map.Entry<String, Manifest.Array> array : manifest.arrays().entrySet()) {
                        if (RaggedAdoption.isRewritten(manifest, array.getKey())) {
                            continue;
                        }
                        boolean all = RaggedAdoption.hasRowsWithout(manifest, array.getKey());
                        for (Manifest.Part file : array.getValue().parts()) {
                            if (file.rows() > 0 || all) {
                                links.computeIfAbsent(array.getKey(), path -> new ArrayList<>())
                                        .add(linked(part, file));
                            }
                        }
                    }
                });
        return links;
    }

    private static Manifest.Part linked(Path part, Manifest.Part file) {
        return new Manifest.Part(
                PartStores.name(part) + "/" + file.file(), file.rows(), file.tail());
    }

    /** {@return the ragged arrays, whose rows are more than files to link} */
    RaggedAdoption raggeds() {
        return new RaggedAdoption(store, parts);
    }

    /** Makes the parts' files durable, whatever their writers did about that. */
    void force(Disk disk) throws IOException {
        Set<Path> directories = new LinkedHashSet<>();
        for (Map.Entry<Path, Manifest> entry : parts.entrySet()) {
            Manifest manifest = entry.getValue();
            for (String name : PendingTree.files(manifest.arrays(), manifest.values())) {
                Path file = StoreFiles.resolve(entry.getKey(), name);
                force(disk, file);
                Path side = file.resolveSibling(file.getFileName() + ".crc");
                if (Files.exists(side)) {
                    force(disk, side);
                }
                for (Path at = file.getParent(); !at.equals(entry.getKey()); at = at.getParent()) {
                    directories.add(at);
                }
            }
            directories.add(entry.getKey());
        }
        directories.add(store.resolve(PartStores.DIRECTORY));
        directories.add(store);
        for (Path directory : directories) {
            disk.forceDirectory(directory);
        }
    }

    private static void force(Disk disk, Path path) throws IOException {
        try (Disk.DiskFile file = disk.open(path)) {
            file.force();
        }
    }

    @Override
    public void close() {
        for (WriterLock lock : locks) {
            try {
                lock.close();
            } catch (IOException e) {
                System.getLogger(Adoption.class.getName())
                        .log(
                                System.Logger.Level.WARNING,
                                store + ": the lock of a part could not be given back",
                                e);
            }
        }
    }
}
