// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.NodeKind;
import org.memmpy.RowType;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Node;
import org.memmpy.store.Store;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The arrays that a node with rows consists of: itself, or those of docs/FORMAT.md. */
final class Components {
    private static final String VALUES = "values";
    private static final String SHAPES = "shapes";
    private static final List<String> OF_COMPOSITES =
            List.of(
                    VALUES,
                    "mask",
                    "offsets",
                    SHAPES,
                    "keys/values",
                    "keys/offsets",
                    "hashes",
                    "sorted");

    private final NodeKind kind;
    private final Map<String, MappedArray> arrays = new LinkedHashMap<>();

    Components(Store store, Node node) {
        kind = node.kind();
        if (!kind.isComposite()) {
            arrays.put(VALUES, store.array(node.path()));
            return;
        }
        for (String name : OF_COMPOSITES) {
            find(store, node.path() + "/" + name).ifPresent(array -> arrays.put(name, array));
        }
    }

    private static Optional<MappedArray> find(Store store, String path) {
        try {
            return Optional.of(store.array(path));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // not every node has all
        }
    }

    long bytes() {
        return arrays.values().stream().mapToLong(a -> a.rows() * a.rowType().bytes()).sum();
    }

    /** {@return how many files the rows are in} */
    long parts() {
        return arrays.values().stream().mapToLong(MappedArray::parts).sum();
    }

    String dtype() {
        return arrays.containsKey(VALUES) ? arrays.get(VALUES).dtype().toString() : "";
    }

    /** {@return the shape of a row, with a star for every length that each row has of its own} */
    String shape() {
        if (!arrays.containsKey(VALUES)) {
            return "";
        }
        String items = RowType.format(arrays.get(VALUES).rowType().shape());
        if (kind != NodeKind.RAGGED) {
            return items;
        }
        if (arrays.containsKey(SHAPES)) {
            int rank = (int) arrays.get(SHAPES).rowType().elements();
            return rank == 1 ? "(*,)" : "(" + "*, ".repeat(rank - 1) + "*)";
        }
        return items.equals("()") ? "(*,)" : "(*, " + items.substring(1).replace(",)", ")");
    }
}
