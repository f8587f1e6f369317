// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.NodeKind;
import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * A manifest's nodes as a tree. The arrays that a ragged or masked node consists of are no nodes.
 */
final class Tree {
    private static final int SOME = 20;

    private Tree() {}

    private static Node node(Manifest manifest, String path) {
        return node(path, manifest.kind(path), manifest.arrays()::get);
    }

    static Node node(String path, NodeKind kind, Function<String, Manifest.Array> arrays) {
        long rows =
                switch (kind) {
                    case GROUP, TABLE, VALUE -> -1;
                    case ARRAY -> arrays.apply(path).rows();
                    case MASKED -> arrays.apply(path + "/values").rows();
                    // the first offset may not be there yet
                    case RAGGED -> Math.max(0, arrays.apply(path + "/offsets").rows() - 1);
                };
        return new Node(path, kind, rows);
    }

    static List<Node> children(Manifest manifest, String group) {
        return Objects.requireNonNullElse(byGroup(manifest).get(group), List.of());
    }

    static List<Node> walk(Manifest manifest) {
        List<Node> found = new ArrayList<>();
        add(node(manifest, ""), byGroup(manifest), found);
        return found;
    }

    static List<String> arrays(Manifest manifest) {
        return manifest.arrays().keySet().stream()
                .filter(path -> manifest.groups().get(NodeNames.parent(path)).kind().isGroup())
                .toList();
    }

    static List<String> components(Manifest manifest, String node) {
        return switch (manifest.kind(node)) {
            case ARRAY -> List.of(node);
            case RAGGED, MASKED ->
                    manifest.arrays().keySet().stream()
                            .filter(path -> path.startsWith(node + "/"))
                            .toList();
            case GROUP, TABLE, VALUE -> List.of();
        };
    }

    private static void add(Node node, Map<String, List<Node>> byGroup, List<Node> found) {
        found.add(node);
        for (Node child : byGroup.getOrDefault(node.path(), List.of())) {
            add(child, byGroup, found);
        }
    }

    private static Map<String, List<Node>> byGroup(Manifest manifest) {
        Map<String, List<Node>> nodes = new LinkedHashMap<>();
        for (Collection<String> paths :
                List.of(
                        manifest.groups().keySet(),
                        manifest.arrays().keySet(),
                        manifest.values().keySet())) {
            for (String path : paths) {
                String group = NodeNames.parent(path);
                if (!path.isEmpty() && manifest.groups().get(group).kind().isGroup()) {
                    nodes.computeIfAbsent(group, g -> new ArrayList<>()).add(node(manifest, path));
                }
            }
        }
        return nodes;
    }

    /** Creates a group, or makes one that is there a table. */
    static void createGroup(PendingTree tree, String path, NodeKind kind) {
        NodeKind there = tree.kind(path);
        if (there == null || !there.isGroup()) {
            tree.createGroup(path, kind);
        } else if (kind == NodeKind.TABLE) {
            tree.setKind(path, kind);
        }
    }

    /** {@return the paths of the first nodes, for a message} */
    static String some(Manifest manifest) {
        return some(walk(manifest).stream().skip(1).map(Node::path).toList());
    }

    /** {@return the first of some paths, for a message} */
    static String some(Collection<String> paths) {
        return paths.isEmpty()
                ? "none"
                : String.join(", ", paths.stream().limit(SOME).toList())
                        + (paths.size() > SOME ? ", ..." : "");
    }
}
