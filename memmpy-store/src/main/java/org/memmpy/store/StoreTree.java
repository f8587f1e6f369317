// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.NodeKind;
import org.memmpy.format.Json;
import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The part of a {@link Store} that knows its nodes by their paths, and nothing of their rows.
 *
 * <p>Who changes nodes takes the writer's monitor, then the store's; who reads takes the store's
 * only, so that it does not wait for a commit.
 */
abstract sealed class StoreTree permits MaintainedStore {
    final Path path;

    /** Another pack's after a refresh; of a directory always the same. */
    volatile StoreFiles files;

    /** Null if the store is open for reading only. */
    final StoreWriter writer;

    StoreTree(Path path, StoreFiles files, StoreWriter writer) {
        this.path = path;
        this.files = files;
        this.writer = writer;
    }

    /** The tree as this store sees it: a writer with its own changes. */
    abstract Manifest tree();

    abstract void requireOpen();

    /** Arrays at and below a path are not there any more; committed ones are read on. */
    abstract void endHandles(String node, String fate);

    /** {@return what a node is, without a look at all others; null if there is none} */
    final NodeKind kind(String node) {
        if (writer == null) {
            return tree().kind(node);
        }
        requireOpen();
        return writer.look(tree -> tree.kind(node));
    }

    StoreWriter requireWriter() {
        if (writer == null) {
            throw new IllegalStateException(
                    path + ": the store is open for reading only. Store.edit opens it for writing");
        }
        requireOpen();
        return writer;
    }

    /** {@return the directory, or the file} */
    public Path path() {
        return path;
    }

    /**
     * {@return the paths of all arrays, in the order of their creation; without those that ragged
     * and masked arrays consist of}
     */
    public List<String> arrays() {
        return Tree.arrays(tree());
    }

    /** {@return the paths of all groups and tables, {@code ""} for the root first} */
    public List<String> groups() {
        return tree().groups().entrySet().stream()
                .filter(group -> group.getValue().kind().isGroup())
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * {@return whether a group is a table; false if there is no such group}
     *
     * @param group its path; {@code ""} is the root
     */
    public boolean isTable(String group) {
        return kind(group) == NodeKind.TABLE;
    }

    /**
     * {@return whether there is a node}
     *
     * @param node its path; {@code ""} is the root
     */
    public boolean exists(String node) {
        return kind(checked(node)) != null;
    }

    /**
     * {@return a node}
     *
     * @param node its path; {@code ""} is the root
     * @throws IllegalArgumentException if there is none
     */
    public Node node(String node) {
        String checked = requireNode(node);
        if (writer != null) {
            return writer.look(tree -> Tree.node(checked, tree.kind(checked), tree::array));
        }
        Manifest tree = tree();
        return Tree.node(checked, tree.kind(checked), tree.arrays()::get);
    }

    /**
     * {@return the nodes in a group, in the order of their creation, groups first}
     *
     * @param group its path; {@code ""} is the root
     * @throws IllegalArgumentException if there is no such group, or it is another kind of node
     */
    public List<Node> list(String group) {
        String checked = requireNode(group);
        NodeKind kind = tree().kind(checked);
        if (!kind.isGroup()) {
            throw new IllegalArgumentException(
                    "%s: '%s' is a %s, no group: there are no nodes in it"
                            .formatted(path, group, kind));
        }
        return Tree.children(tree(), checked);
    }

    /**
     * {@return the paths of the arrays that hold a node's rows, in the order of their creation}
     *
     * <p>Of an array its own, of a ragged or masked array those that it consists of (docs/FORMAT.md
     * says which), of groups and values none. {@link Store#array(String)} finds them.
     *
     * @param node its path
     * @throws IllegalArgumentException if there is none
     */
    public List<String> components(String node) {
        return Tree.components(tree(), requireNode(node));
    }

    /** {@return all nodes, the root first, every group before what is in it} */
    public List<Node> walk() {
        return Tree.walk(tree());
    }

    /**
     * {@return the attributes of a node, which follow the store's generation}
     *
     * @param node its path; {@code ""} is the root
     * @throws IllegalArgumentException if there is no such node
     */
    public Attributes attributes(String node) {
        return new Attributes(this, requireNode(node));
    }

    Map<String, Object> attributesOf(String node) {
        String checked = requireNode(node);
        return writer == null
                ? tree().attributes(checked)
                : writer.look(tree -> tree.attributes(checked));
    }

    void changeAttributes(String node, Consumer<Map<String, Object>> change) {
        StoreWriter changing = requireWriter();
        synchronized (changing) {
            Map<String, Object> changed = Attributes.changed(attributesOf(node), change);
            changing.change(tree -> tree.setAttributes(node, changed));
        }
    }

    private String requireNode(String node) {
        String checked = checked(node);
        if (kind(checked) == null) {
            throw new IllegalArgumentException(
                    "%s has no node '%s'. It has: %s".formatted(path, node, Tree.some(tree())));
        }
        return checked;
    }

    /**
     * {@return the path under which a node is kept}
     *
     * <p>Whatever is there can be asked for: which names are legal depends on the version of
     * Unicode, and a store must stay readable.
     */
    String checked(String path) {
        try {
            return path.isEmpty() ? path : NodeNames.check(path);
        } catch (IllegalArgumentException e) {
            if (kind(path) == null) {
                throw e;
            }
            return path;
        }
    }

    /**
     * Creates a group, and those above it; nothing if it is there.
     *
     * @param group names joined by {@code /}
     * @throws IllegalArgumentException if something else has the name, or it cannot be used
     */
    public void createGroup(String group) {
        requireWriter().change(tree -> Tree.createGroup(tree, checked(group), NodeKind.GROUP));
    }

    /**
     * Declares a group, created if it is missing, to be a table: from the next commit on its nodes
     * have equally many rows.
     *
     * @param group names joined by {@code /}; {@code ""} is the root
     */
    public void createTable(String group) {
        requireWriter().change(tree -> Tree.createGroup(tree, checked(group), NodeKind.TABLE));
    }

    /**
     * Deletes a node and all below it; of the root, all that is below. Generations that are
     * committed keep it.
     *
     * @param node its path
     * @throws IllegalArgumentException if there is none
     */
    public void delete(String node) {
        String checked = requireNode(node);
        StoreWriter changing = requireWriter();
        synchronized (changing) {
            changing.awaitOverwrites();
            synchronized (this) {
                changing.delete(checked);
                endHandles(checked, "deleted");
            }
        }
    }

    /**
     * Gives a node, with all below it, another path; the groups above that are created. No file is
     * touched.
     *
     * @param from its path
     * @param to the path wanted, which is free
     * @throws IllegalArgumentException if there is no such node, or the other path is taken
     */
    public void rename(String from, String to) {
        String checked = requireNode(from);
        StoreWriter changing = requireWriter();
        synchronized (changing) {
            synchronized (this) {
                changing.rename(checked, NodeNames.check(to));
                endHandles(checked, "renamed to '" + to + "'");
            }
        }
    }

    /** Deletes everything, with the next commit. */
    void clear(NodeKind root) {
        requireWriter().delete("");
        requireWriter()
                .change(
                        tree -> {
                            tree.setAttributes("", Map.of());
                            tree.setKind("", root);
                        });
    }

    /**
     * Reads a value.
     *
     * @param value its path
     * @return a string, {@code Long}, {@code BigInteger}, {@code Double}, {@code Boolean}, null, or
     *     a list or map of such, unmodifiable
     * @throws IllegalArgumentException if there is no such value
     * @throws org.memmpy.CorruptStoreException if its file is missing or damaged
     * @throws IOException if it cannot be read
     */
    public synchronized Object value(String value) throws IOException {
        String checked = requireNode(value);
        while (true) {
            Manifest.Value node = findValue(checked);
            if (node == null) {
                throw new IllegalArgumentException(
                        "%s: '%s' is a %s, no value".formatted(path, value, kind(checked)));
            }
            try {
                return ValueFiles.read(files, path + ", value '" + value + "'", node);
            } catch (CorruptStoreException e) {
                if (node.equals(findValue(checked))) {
                    throw e;
                } // else it was replaced, and vacuumed, meanwhile
            }
        }
    }

    private Manifest.Value findValue(String value) {
        return writer == null ? tree().values().get(value) : writer.look(tree -> tree.value(value));
    }

    /**
     * {@return a value as JSON, on one line}
     *
     * @param value its path
     * @throws IOException as {@link #value}
     */
    public String valueJson(String value) throws IOException {
        return Json.text(value(value));
    }

    /**
     * Keeps a string, or any other JSON value, as a node of its own; replaces the one that is
     * there. Its file is written at once, and seen by readers after the commit.
     *
     * @param value its path; the groups above it are created
     * @param json as {@link Attributes#set} takes it
     * @throws IllegalArgumentException if it is no JSON value, or the path is taken by another kind
     *     of node
     * @throws IOException if it cannot be written
     */
    public void putValue(String value, Object json) throws IOException {
        byte[] bytes = Json.writeValue(Json.copy(json));
        requireWriter().putValue(NodeNames.check(value), bytes);
    }
}
