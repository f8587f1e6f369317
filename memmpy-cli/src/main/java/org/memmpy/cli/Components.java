// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.RaggedType;
import org.memmpy.RowType;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Node;
import org.memmpy.store.Store;

import java.util.List;

/** The arrays that a node with rows consists of, and what its rows are for its user. */
final class Components {
    private final Store store;
    private final Node node;
    private final List<MappedArray> arrays;

    Components(Store store, Node node) {
        this.store = store;
        this.node = node;
        this.arrays = store.components(node.path()).stream().map(store::array).toList();
    }

    long bytes() {
        return arrays.stream().mapToLong(a -> a.rows() * a.rowType().bytes()).sum();
    }

    /** {@return how many files the rows are in} */
    long parts() {
        return arrays.stream().mapToLong(MappedArray::parts).sum();
    }

    String dtype() {
        return switch (node.kind()) {
            case RAGGED -> store.ragged(node.path()).type().dtype().toString();
            case MASKED -> store.masked(node.path()).rowType().dtype().toString();
            default -> store.array(node.path()).dtype().toString();
        };
    }

    /** {@return the shape of a row, with a star for every length that each row has of its own} */
    String shape() {
        return switch (node.kind()) {
            case RAGGED -> shape(store.ragged(node.path()).type());
            case MASKED -> RowType.format(store.masked(node.path()).rowType().shape());
            default -> RowType.format(store.array(node.path()).rowType().shape());
        };
    }

    private static String shape(RaggedType type) {
        if (type.isShaped()) {
            return type.rank() == 1 ? "(*,)" : "(" + "*, ".repeat(type.rank() - 1) + "*)";
        }
        String items = RowType.format(type.item().shape());
        return items.equals("()") ? "(*,)" : "(*, " + items.substring(1).replace(",)", ")");
    }
}
