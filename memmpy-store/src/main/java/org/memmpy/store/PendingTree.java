// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.NodeKind;
import org.memmpy.RaggedType;
import org.memmpy.RowType;
import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The nodes that the next generation will have, and what new ones may be called. Knows no files
 * being written: its arrays have the parts that are committed. {@link SharedTree} says who may
 * change it and when.
 */
final class PendingTree {
    private final Path store;
    private final Map<String, Manifest.Group> groups;
    private final Map<String, Manifest.Array> arrays;
    private final Map<String, Manifest.Value> values;

    /**
     * Every path by what a file system that ignores case takes it for; null until it is asked for,
     * because most generations only have more rows.
     */
    private Map<String, String> folded;

    PendingTree(Path store, Manifest committed) {
        this.store = store;
        this.groups = new LinkedHashMap<>(committed.groups());
        this.arrays = new LinkedHashMap<>(committed.arrays());
        this.values = new LinkedHashMap<>(committed.values());
    }

    private Map<String, String> folded() {
        if (folded == null) {
            folded = new HashMap<>();
            for (Collection<String> paths :
                    List.of(groups.keySet(), arrays.keySet(), values.keySet())) {
                paths.forEach(this::remember);
            }
        }
        return folded;
    }

    private void remember(String path) {
        if (folded != null) {
            folded.put(NodeNames.folded(path), path);
        }
    }

    /** {@return the kind of a node; null if there is none} */
    NodeKind kind(String path) {
        Manifest.Group group = groups.get(path);
        if (group != null) {
            return group.kind();
        }
        return arrays.containsKey(path)
                ? NodeKind.ARRAY
                : values.containsKey(path) ? NodeKind.VALUE : null;
    }

    Manifest.Array array(String path) {
        return arrays.get(path);
    }

    /** {@return the files of the committed parts and of all values} */
    Set<String> files() {
        return files(arrays, values);
    }

    Map<String, Manifest.Array> arrays() {
        return Collections.unmodifiableMap(arrays);
    }

    /** Makes sure that a node can be created: its name is free and its groups can hold it. */
    void requireFree(String path) {
        String other = folded().get(NodeNames.folded(path));
        if (other != null) {
            throw new IllegalArgumentException(
                    "%s: '%s' cannot be created: %s '%s' exists. Names differ by more than case; choose another"
                            .formatted(store, path, the(kind(other)), other));
        }
        String above = NodeNames.parent(path);
        while (!groups.containsKey(above)) {
            String taken = folded().get(NodeNames.folded(above));
            if (taken != null) {
                throw new IllegalArgumentException(
                        "%s: '%s' cannot be created: %s '%s' is in the way. Choose another group"
                                .formatted(store, path, the(kind(taken)), taken));
            }
            above = NodeNames.parent(above);
        }
        if (!groups.get(above).kind().isGroup()) {
            throw new IllegalArgumentException(
                    "%s: '%s' cannot be created: %s '%s' holds its own arrays only"
                            .formatted(store, path, the(groups.get(above).kind()), above));
        }
    }

    /** Makes sure that a node is not one of the arrays of a composite node. */
    void requireWhole(String path) {
        for (String above = path; !above.isEmpty(); ) {
            above = NodeNames.parent(above);
            Manifest.Group group = groups.get(above);
            if (group != null && group.kind().isComposite()) {
                throw new IllegalArgumentException(
                        "%s: '%s' belongs to %s '%s' and cannot be changed alone: its arrays would not fit together. Change that"
                                .formatted(store, path, the(group.kind()), above));
            }
        }
    }

    /** Makes sure that a path leads to a ragged array of a type: another may have got it. */
    void requireRagged(String path, RaggedType type) {
        if (kind(path) != NodeKind.RAGGED || !RaggedParts.type(path, arrays::get).equals(type)) {
            throw new IllegalStateException(
                    "%s: the ragged array '%s' of %s was deleted, renamed or replaced. Ask the store for it again"
                            .formatted(store, path, type));
        }
    }

    /** {@return the paths of the ragged arrays whose rows have keys} */
    List<String> keyed() {
        return groups.keySet().stream()
                .filter(path -> arrays.containsKey(path + RaggedParts.HASHES))
                .filter(path -> groups.get(path).kind() == NodeKind.RAGGED)
                .toList();
    }

    /** Creates a ragged array without rows, and the groups above it. */
    void createRagged(String path, RaggedType type) {
        createGroup(path, NodeKind.RAGGED);
        if (type.isKeyed()) {
            addGroup(path + RaggedParts.KEYS, NodeKind.RAGGED);
        }
        RaggedParts.of(type).forEach((part, rows) -> addArray(path + part, rows));
    }

    private static String the(NodeKind kind) {
        return kind.isComposite() ? "the " + kind + " array" : "the " + kind;
    }

    /** Creates a group, and those above it. */
    void createGroup(String path, NodeKind kind) {
        requireFree(path);
        putGroups(NodeNames.parent(path));
        putGroup(path, kind);
    }

    private void putGroups(String path) {
        if (!groups.containsKey(path)) {
            putGroups(NodeNames.parent(path));
            putGroup(path, NodeKind.GROUP);
        }
    }

    private void putGroup(String path, NodeKind kind) {
        groups.put(path, new Manifest.Group(kind));
        remember(path);
    }

    /** Makes an existing group a table, or none. */
    void setKind(String path, NodeKind kind) {
        groups.put(path, new Manifest.Group(kind, groups.get(path).attributes()));
    }

    /** Creates an array without rows, and the groups above it. */
    void createArray(String path, RowType type) {
        requireFree(path);
        addArray(path, type);
    }

    /** As {@link #createArray}, of a composite node, which nobody else may add to. */
    void addArray(String path, RowType type) {
        putGroups(NodeNames.parent(path));
        arrays.put(path, new Manifest.Array(type, List.of(), Map.of()));
        remember(path);
    }

    /** As {@link #createGroup}, in a composite node. */
    void addGroup(String path, NodeKind kind) {
        putGroup(path, kind);
    }

    /** Gives an array other parts, or another type. */
    void setArray(String path, Manifest.Array array) {
        arrays.put(path, array);
    }

    /** Adds parts behind those of an array. */
    void addParts(String path, List<Manifest.Part> added) {
        Manifest.Array array = arrays.get(path);
        List<Manifest.Part> parts = new ArrayList<>(array.parts());
        parts.addAll(added);
        arrays.put(path, new Manifest.Array(array.type(), parts, array.attributes()));
    }

    /** Creates a value or replaces one. */
    void putValue(String path, Manifest.Value value) {
        if (!values.containsKey(path)) {
            requireFree(path);
            putGroups(NodeNames.parent(path));
            remember(path);
        }
        values.put(path, value);
    }

    Manifest.Value value(String path) {
        return values.get(path);
    }

    /** {@return a node's attributes; null if there is no such node} */
    Map<String, Object> attributes(String path) {
        return switch (kind(path)) {
            case null -> null;
            case GROUP, TABLE, RAGGED, MASKED -> groups.get(path).attributes();
            case ARRAY -> arrays.get(path).attributes();
            case VALUE -> values.get(path).attributes();
        };
    }

    /** Sets all attributes of an existing node. */
    void setAttributes(String path, Map<String, Object> attributes) {
        switch (kind(path)) {
            case null -> throw new IllegalArgumentException(store + " has no node '" + path + "'");
            case GROUP, TABLE, RAGGED, MASKED ->
                    groups.put(path, new Manifest.Group(groups.get(path).kind(), attributes));
            case ARRAY -> {
                Manifest.Array array = arrays.get(path);
                arrays.put(path, new Manifest.Array(array.type(), array.parts(), attributes));
            }
            case VALUE -> {
                Manifest.Value value = values.get(path);
                values.put(
                        path,
                        new Manifest.Value(
                                value.file(), value.bytes(), value.crc32c(), attributes));
            }
        }
    }

    /** {@return the paths of a node and of all below it} */
    List<String> subtree(String path) {
        List<String> found = new ArrayList<>();
        for (Collection<String> paths :
                List.of(groups.keySet(), arrays.keySet(), values.keySet())) {
            for (String at : paths) {
                if (isWithin(at, path)) {
                    found.add(at);
                }
            }
        }
        return found;
    }

    private static boolean isWithin(String path, String group) {
        return path.equals(group) || group.isEmpty() || path.startsWith(group + "/");
    }

    /** Removes a node and all below it; of the root, only what is below. */
    void delete(String path) {
        for (Collection<String> paths :
                List.of(groups.keySet(), arrays.keySet(), values.keySet())) {
            paths.removeIf(at -> !at.isEmpty() && isWithin(at, path));
        }
        folded = null;
    }

    /** Removes a node and the groups above it, up to one of them, that hold nothing else. */
    void deleteUpTo(String top, String path) {
        delete(path);
        String at = path;
        while (!at.equals(top) && subtree(NodeNames.parent(at)).size() == 1) {
            at = NodeNames.parent(at);
            delete(at);
        }
    }

    /** Gives a node, with all below it, another path; the groups above it are made. */
    void rename(String from, String to) {
        if (isWithin(to, from) && !to.equals(from)) {
            throw new IllegalArgumentException(
                    "%s: '%s' cannot be moved into itself, to '%s'".formatted(store, from, to));
        }
        String taken = folded().remove(NodeNames.folded(from)); // it may change its case only
        try {
            requireFree(to);
        } finally {
            folded.put(NodeNames.folded(from), taken);
        }
        putGroups(NodeNames.parent(to));
        UnaryOperator<String> renamed =
                path -> isWithin(path, from) ? to + path.substring(from.length()) : path;
        renameKeys(groups, renamed);
        renameKeys(arrays, renamed);
        renameKeys(values, renamed);
        folded = null;
    }

    static <T> void renameKeys(Map<String, T> nodes, UnaryOperator<String> renamed) {
        Map<String, T> copy = new LinkedHashMap<>(nodes);
        nodes.clear();
        copy.forEach((path, node) -> nodes.put(renamed.apply(path), node));
    }

    /** {@return the nodes, in the place of those of a generation} */
    Manifest manifest(Manifest generation) {
        return new Manifest(
                generation.uuid(),
                generation.generation(),
                groups,
                arrays,
                values,
                generation.retired());
    }

    /**
     * {@return the nodes as the next generation}
     *
     * @param committed the generation before
     * @param appended arrays to which something was added
     */
    Manifest manifest(Manifest committed, long generation, Map<String, Manifest.Array> appended) {
        Map<String, Manifest.Array> next = new LinkedHashMap<>(arrays);
        next.putAll(appended);
        Set<String> retired = new LinkedHashSet<>();
        Set<String> dropped = dropped(committed, next);
        if (!dropped.isEmpty()) {
            Set<String> named = files(next, values);
            dropped.removeAll(named); // a node has moved, or lost some of its parts only
            Set<String> left = partsOf(dropped);
            left.removeAll(partsOf(named));
            dropped.removeIf(file -> NodeNames.isNumbered(file) || PartStores.isAdopted(file));
            retired.addAll(dropped);
            retired.addAll(left); // so that they are not adopted again
        }
        retired.addAll(committed.retired());
        if (generation > committed.generation()) {
            retired.removeIf(this::isGonePart);
        }
        return new Manifest(committed.uuid(), generation, groups, next, values, retired);
    }

    /** {@return the files of nodes that have not the same ones, in the same order, any more} */
    private Set<String> dropped(Manifest committed, Map<String, Manifest.Array> next) {
        Set<String> dropped = new LinkedHashSet<>();
        committed
                .arrays()
                .forEach(
                        (path, before) -> {
                            Manifest.Array now = next.get(path);
                            if (now == null || !beginsAs(before, now)) {
                                before.parts().forEach(part -> dropped.add(part.file()));
                            }
                        });
        committed
                .values()
                .forEach(
                        (path, before) -> {
                            Manifest.Value now = values.get(path);
                            if (now == null || !now.file().equals(before.file())) {
                                dropped.add(before.file());
                            }
                        });
        return dropped;
    }

    private static boolean beginsAs(Manifest.Array before, Manifest.Array now) {
        boolean same = now.parts().size() >= before.parts().size();
        for (int i = 0; same && i < before.parts().size(); i++) {
            same = now.parts().get(i).file().equals(before.parts().get(i).file());
        }
        return same;
    }

    /**
     * {@return whether a part store that was adopted once is gone for good}
     *
     * <p>A vacuum forces the removal of its generations first: should the directory be back after a
     * power loss, there is nothing in it that could be adopted.
     */
    private boolean isGonePart(String retired) {
        return retired.endsWith("/")
                && PartStores.isAdopted(retired)
                && NodeNames.staysInside(retired.substring(0, retired.length() - 1))
                && Files.notExists(store.resolve(retired), LinkOption.NOFOLLOW_LINKS);
    }

    /** {@return the part stores that files are in, with a slash behind} */
    private static Set<String> partsOf(Set<String> files) {
        Set<String> parts = new LinkedHashSet<>();
        for (String file : files) {
            if (PartStores.isAdopted(file)) {
                parts.add(
                        file.substring(
                                0, file.indexOf('/', PartStores.DIRECTORY.length() + 1) + 1));
            }
        }
        return parts;
    }

    /** {@return the files that some nodes are in} */
    static Set<String> files(
            Map<String, Manifest.Array> arrays, Map<String, Manifest.Value> values) {
        Set<String> files = new LinkedHashSet<>();
        for (Manifest.Array array : arrays.values()) {
            for (Manifest.Part part : array.parts()) {
                files.add(part.file());
            }
        }
        values.values().forEach(value -> files.add(value.file()));
        return files;
    }
}
