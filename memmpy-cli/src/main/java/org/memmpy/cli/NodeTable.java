// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.MemmpyException;
import org.memmpy.NodeKind;
import org.memmpy.store.Attributes;
import org.memmpy.store.Node;
import org.memmpy.store.Store;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A store's nodes as an indented list, as {@code h5ls -r} has it, with their attributes. */
final class NodeTable {
    private static final int SHORT = 72;

    private final Store store;
    private final boolean full;
    private final Map<String, List<Node>> children = new HashMap<>();
    private final Text.Columns columns = new Text.Columns("llllrrr");
    private long bytes;
    private long parts;

    NodeTable(Store store, boolean full) {
        this.store = store;
        this.full = full;
        columns.add("NAME", "KIND", "DTYPE", "ROW SHAPE", "ROWS", "PARTS", "SIZE");
        List<Node> all = store.walk();
        for (Node node : all.subList(1, all.size())) {
            children.computeIfAbsent(parent(node.path()), p -> new ArrayList<>()).add(node);
        }
        addGroup(all.getFirst(), 0);
    }

    /** {@return the bytes of all rows} */
    long bytes() {
        return bytes;
    }

    /** {@return how many files all rows are in} */
    long parts() {
        return parts;
    }

    void print(PrintWriter out) {
        columns.print(out);
    }

    /** A group, its rows and values in the order of their creation, then the groups in it. */
    private void addGroup(Node group, int depth) {
        boolean table = group.kind() == NodeKind.TABLE;
        String rows = table ? Text.number(store.table(group.path()).rows()) : "";
        add(group, depth, group.name() + "/", "", "", rows, "", "");
        List<Node> groups = new ArrayList<>();
        for (Node node : children.getOrDefault(group.path(), List.of())) {
            if (node.kind().isGroup()) {
                groups.add(node);
            } else {
                addLeaf(node, depth + 1);
            }
        }
        for (Node inner : groups) {
            addGroup(inner, depth + 1);
        }
    }

    private void addLeaf(Node node, int depth) {
        if (node.kind() == NodeKind.VALUE) {
            add(node, depth, node.name(), "", "", "", "", "");
            columns.addLine(indent(depth + 1) + "= " + shorter(value(node.path())));
            return;
        }
        Components components = new Components(store, node);
        bytes += components.bytes();
        parts += components.parts();
        add(
                node,
                depth,
                node.name(),
                components.dtype(),
                components.shape(),
                Text.number(node.rows()),
                Text.number(components.parts()),
                Text.bytes(components.bytes()));
    }

    private String value(String path) {
        try {
            return store.valueJson(path);
        } catch (IOException | MemmpyException e) {
            return "(it cannot be read; 'memmpy verify' says more)";
        }
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    private void add(Node node, int depth, String name, String... cells) {
        String[] line = new String[2 + cells.length];
        line[0] = indent(depth) + name;
        line[1] = node.kind().toString();
        System.arraycopy(cells, 0, line, 2, cells.length);
        columns.add(line);
        Attributes attributes = store.attributes(node.path());
        for (String attribute : attributes.asMap().keySet()) {
            columns.addLine(
                    indent(depth + 1)
                            + shorter("@" + attribute + " = " + attributes.getJson(attribute)));
        }
    }

    private String shorter(String text) {
        return full ? text : Text.shortened(text, SHORT);
    }

    private static String indent(int depth) {
        return "  ".repeat(depth);
    }
}
