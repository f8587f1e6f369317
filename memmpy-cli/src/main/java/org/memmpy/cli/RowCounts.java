// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.NodeKind;
import org.memmpy.store.Node;
import org.memmpy.store.Store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How many rows there were in one generation, to say what came with the next. */
final class RowCounts {
    private static final int MOST = 8;

    /** The rows of each table, and of each node that is in none; -1 for all other nodes. */
    private final Map<String, Long> rows = new LinkedHashMap<>();

    RowCounts(Store store) {
        for (Node node : store.walk()) {
            String group = node.path().substring(0, Math.max(0, node.path().lastIndexOf('/')));
            if (node.kind() == NodeKind.TABLE) {
                rows.put(node.path(), store.table(node.path()).rows());
            } else {
                boolean column = !node.path().isEmpty() && store.isTable(group);
                rows.put(node.path(), column ? -1 : node.rows());
            }
        }
    }

    /** {@return all numbers of rows, on one line} */
    String text() {
        return join(
                rows.entrySet().stream()
                        .filter(entry -> entry.getValue() >= 0)
                        .map(
                                entry ->
                                        Stores.shown(entry.getKey())
                                                + " "
                                                + Text.rows(entry.getValue()))
                        .toList());
    }

    /** {@return what has changed since another generation, on one line} */
    String since(RowCounts before) {
        List<String> changes = new ArrayList<>();
        for (Map.Entry<String, Long> entry : rows.entrySet()) {
            String node = Stores.shown(entry.getKey());
            Long was = before.rows.get(entry.getKey());
            long now = entry.getValue();
            if (was == null) {
                changes.add("new " + node + (now < 0 ? "" : " with " + Text.rows(now)));
            } else if (now != was && now >= 0) {
                long came = now - Math.max(0, was);
                changes.add(
                        "%s %s%s, now %s"
                                .formatted(
                                        node,
                                        came < 0 ? "" : "+",
                                        Text.rows(came),
                                        Text.number(now)));
            }
        }
        for (String node : before.rows.keySet()) {
            if (!rows.containsKey(node)) {
                changes.add("removed " + node);
            }
        }
        return changes.isEmpty() ? "no rows came" : join(changes);
    }

    private static String join(List<String> texts) {
        return texts.size() <= MOST
                ? String.join("; ", texts)
                : "%s; and %,d more"
                        .formatted(String.join("; ", texts.subList(0, MOST)), texts.size() - MOST);
    }
}
