// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.NodeKind;
import org.memmpy.RowType;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Node;
import org.memmpy.store.Store;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/** A store's nodes as an indented list, as {@code h5ls -r} has it, with their attributes. */
final class NodeTable {
    private static final int SHORT = 72;

    private final Store store;
    private final boolean full;
    private final Map<String, List<Node>> children = new HashMap<>();
    private final NavigableSet<String> arrays = new TreeSet<>();
    private final Text.Columns columns = new Text.Columns("llllrrr");
    private long bytes;
    private long parts;

    NodeTable(Store store, boolean full) throws IOException {
        this.store = store;
        this.full = full;
        columns.add("NAME", "KIND", "DTYPE", "ROW SHAPE", "ROWS", "PARTS", "SIZE");
        List<Node> all = store.walk();
        for (Node node : all.subList(1, all.size())) {
            children.computeIfAbsent(parent(node.path()), p -> new ArrayList<>()).add(node);
        }
        arrays.addAll(store.arrays());
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
    private void addGroup(Node group, int depth) throws IOException {
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

    private void addLeaf(Node node, int depth) throws IOException {
        if (node.kind() == NodeKind.VALUE) {
            add(node, depth, node.name(), "", "", "", "", "");
            columns.addLine(
                    indent(depth + 1) + "= " + shorter(JsonText.of(store.value(node.path()))));
            return;
        }
        MappedArray values =
                store.array(node.path() + (node.kind().isComposite() ? "/values" : ""));
        long itsBytes = 0;
        int itsParts = 0;
        for (MappedArray array : arrays(node)) {
            itsBytes += array.rows() * array.rowType().bytes();
            itsParts += array.parts();
        }
        bytes += itsBytes;
        parts += itsParts;
        add(
                node,
                depth,
                node.name(),
                values.dtype().toString(),
                node.kind() == NodeKind.RAGGED
                        ? raggedShape(node.path(), values.rowType())
                        : RowType.format(values.rowType().shape()),
                Text.number(node.rows()),
                Text.number(itsParts),
                Text.bytes(itsBytes));
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    private List<MappedArray> arrays(Node node) {
        if (node.kind() == NodeKind.ARRAY) {
            return List.of(store.array(node.path()));
        }
        String within = node.path() + "/";
        return arrays.tailSet(within).stream()
                .takeWhile(path -> path.startsWith(within))
                .map(store::array)
                .toList();
    }

    /** A star for every length that each row has of its own. */
    private String raggedShape(String path, RowType items) {
        if (store.exists(path + "/shapes")) {
            long rank = store.array(path + "/shapes").rowType().elements();
            return rank == 1 ? "(*,)" : "(*" + ", *".repeat((int) rank - 1) + ")";
        }
        String inner = RowType.format(items.shape());
        return "(*," + (inner.equals("()") ? "" : " " + inner.substring(1).replace(",)", "")) + ")";
    }

    private void add(Node node, int depth, String name, String... cells) {
        String[] line = new String[2 + cells.length];
        line[0] = indent(depth) + name;
        line[1] = node.kind().toString();
        System.arraycopy(cells, 0, line, 2, cells.length);
        columns.add(line);
        for (Map.Entry<String, Object> attribute :
                store.attributes(node.path()).asMap().entrySet()) {
            columns.addLine(
                    indent(depth + 1)
                            + shorter(
                                    "@"
                                            + attribute.getKey()
                                            + " = "
                                            + JsonText.of(attribute.getValue())));
        }
    }

    private String shorter(String text) {
        return full ? text : Text.shortened(text, SHORT);
    }

    private static String indent(int depth) {
        return "  ".repeat(depth);
    }
}
