// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    private final Map<String, Answer> answers = new LinkedHashMap<>();
    private final Set<String> tables = new LinkedHashSet<>();

    Model copy() {
        Model copy = new Model();
        copy.columns.putAll(columns);
        copy.answers.putAll(answers);
        copy.tables.addAll(tables);
        return copy;
    }

    Map<String, Column> columns() {
        return columns;
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
        for (Map.Entry<String, Column> column : columns.entrySet()) {
            MappedArray array = store.array(column.getKey());
            assertEquals(column.getValue().type(), array.rowType(), column.getKey());
            assertEquals(column.getValue().rows(), array.rows(), column.getKey() + "'s rows");
            checkRows(array, MemorySegment.ofArray(column.getValue().bytes()));
        }
        for (String group : store.groups()) {
            assertEquals(tables.contains(group), store.isTable(group), "/" + group + " is a table");
            if (store.isTable(group)) {
                Table table = store.table(group);
                for (String name : table.names()) {
                    assertEquals(table.rows(), table.array(name).rows(), group + "/" + name);
                }
            }
        }
        for (Map.Entry<String, Answer> answer : answers.entrySet()) {
            Answer asked = answer.getValue();
            assertEquals(asked.expected(), asked.question().ask(store), answer.getKey());
        }
    }

    private static void checkRows(MappedArray array, MemorySegment expected) {
        if (expected.byteSize() > 0) {
            try (RowLease lease = array.lease()) {
                long difference = lease.segment().mismatch(expected);
                assertTrue(difference < 0, () -> array + " differs from byte " + difference);
            }
        }
    }
}
