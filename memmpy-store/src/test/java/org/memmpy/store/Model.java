// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.memmpy.RaggedType;
import org.memmpy.RowType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** What a store must hold, kept apart from it: arrays byte for byte, and answers to questions. */
final class Model {
    /** Anything that can be asked of a store: an attribute, a row of a ragged array. */
    interface Question {
        Object ask(Store store) throws IOException;
    }

    private record Answer(Question question, Object expected) {}

    /** An array; a change makes a new one. */
    static final class Column {
        private final RowType type;
        private final byte[] rows;

        Column(RowType type, byte[] rows) {
            this.type = type;
            this.rows = rows;
        }

        RowType type() {
            return type;
        }

        byte[] bytes() {
            return rows;
        }

        long rows() {
            return rows.length / type.bytes();
        }

        Column plus(byte[] more) {
            byte[] all = Arrays.copyOf(rows, rows.length + more.length);
            System.arraycopy(more, 0, all, rows.length, more.length);
            return new Column(type, all);
        }
    }

    private final Map<String, Column> columns = new LinkedHashMap<>();
    private final Map<String, Column> components = new LinkedHashMap<>();
    private final Map<String, RaggedType> raggeds = new LinkedHashMap<>();
    private final Map<String, RowType> masked = new LinkedHashMap<>();
    private final Map<String, Answer> answers = new LinkedHashMap<>();
    private final Set<String> tables = new LinkedHashSet<>();

    Model copy() {
        Model copy = new Model();
        copy.columns.putAll(columns);
        copy.components.putAll(components);
        copy.raggeds.putAll(raggeds);
        copy.masked.putAll(masked);
        copy.answers.putAll(answers);
        copy.tables.addAll(tables);
        return copy;
    }

    Map<String, Column> columns() {
        return columns;
    }

    /** {@return the arrays that ragged and masked arrays consist of, without sorted hashes} */
    Map<String, Column> components() {
        return components;
    }

    Map<String, RaggedType> raggeds() {
        return raggeds;
    }

    Map<String, RowType> masked() {
        return masked;
    }

    /** A ragged or masked array is there no more. */
    void drop(String path) {
        raggeds.remove(path);
        masked.remove(path);
        components.keySet().removeIf(component -> component.startsWith(path + "/"));
    }

    Set<String> tables() {
        return tables;
    }

    void answer(String name, Question question, Object expected) {
        answers.put(name, new Answer(question, expected));
    }

    void forget(String name) {
        answers.remove(name);
    }

    /** Holds a store against this, and its tables' columns against each other. */
    void check(Store store) throws IOException {
        assertEquals(columns.keySet(), new LinkedHashSet<>(store.arrays()), "the arrays");
        check(store, columns);
        check(store, components);
        for (String path : raggeds.keySet()) {
            Composites.check(store, this, path);
        }
        for (String path : masked.keySet()) {
            assertEquals(masked.get(path), store.masked(path).rowType(), path);
        }
        for (String group : store.groups()) {
            assertEquals(tables.contains(group), store.isTable(group), "/" + group + " is a table");
            if (store.isTable(group)) {
                Table table = store.table(group);
                for (String name : table.names()) {
                    String path = group.isEmpty() ? name : group + "/" + name;
                    assertEquals(table.rows(), store.node(path).rows(), path);
                }
            }
        }
        for (Map.Entry<String, Answer> answer : answers.entrySet()) {
            Answer asked = answer.getValue();
            assertEquals(asked.expected(), asked.question().ask(store), answer.getKey());
        }
    }

    private static void check(Store store, Map<String, Column> expected) {
        for (Map.Entry<String, Column> column : expected.entrySet()) {
            MappedArray array = store.array(column.getKey());
            assertEquals(column.getValue().type(), array.rowType(), column.getKey());
            assertEquals(column.getValue().rows(), array.rows(), column.getKey() + "'s rows");
            checkRows(array, MemorySegment.ofArray(column.getValue().bytes()));
        }
    }

    private static void checkRows(MappedArray array, MemorySegment expected) {
        try (RowLease lease = array.lease()) {
            long at = 0;
            for (int part = 0; part < lease.parts(); part++) {
                MemorySegment rows = lease.segment(part);
                long difference = rows.mismatch(expected.asSlice(at, rows.byteSize()));
                int differing = part;
                assertTrue(
                        difference < 0,
                        () -> array + ", part " + differing + " differs from byte " + difference);
                at += rows.byteSize();
            }
        }
    }
}
