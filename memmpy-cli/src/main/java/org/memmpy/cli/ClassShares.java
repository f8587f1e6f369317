// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.DType;
import org.memmpy.index.RowIndex;
import org.memmpy.index.Split;
import org.memmpy.store.MappedArray;

import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** How the rows of each class are divided. */
final class ClassShares {
    private static final int SHOWN = 20;
    private static final int AT_ONCE = 4096;

    private final Split split;
    private final IntFunction<String> names;
    private final boolean unsigned;
    private final Map<Long, long[]> counts;

    ClassShares(MappedArray labels, Split split, IntFunction<String> names) {
        this.split = split;
        this.names = names;
        this.unsigned = labels.dtype() == DType.UINT64;
        this.counts = new TreeMap<>(unsigned ? Long::compareUnsigned : Long::compare);
        long[] rows = new long[AT_ONCE];
        for (int part = 0; part < split.parts().size(); part++) {
            RowIndex index = split.get(part);
            for (long at = 0; at < index.size(); at += AT_ONCE) {
                int length = (int) Math.min(AT_ONCE, index.size() - at);
                index.fill(at, rows, 0, length);
                for (int i = 0; i < length; i++) {
                    counts.computeIfAbsent(labels.getLong(rows[i]), this::none)[part]++;
                }
            }
        }
    }

    private long[] none(long label) {
        return new long[split.parts().size()];
    }

    void print(PrintWriter out) {
        int parts = split.parts().size();
        Text.Columns columns = new Text.Columns("rr" + "r".repeat(parts));
        String[] head = new String[parts + 2];
        head[0] = "CLASS";
        head[1] = "ROWS";
        for (int part = 0; part < parts; part++) {
            head[part + 2] = names.apply(part);
        }
        columns.add(head);
        counts.entrySet().stream().limit(SHOWN).forEach(entry -> columns.add(cells(entry)));
        out.println();
        columns.print(out);
        if (counts.size() > SHOWN) {
            out.println("and " + Text.number(counts.size() - SHOWN) + " more");
        }
    }

    private String[] cells(Map.Entry<Long, long[]> entry) {
        long all = 0;
        for (long count : entry.getValue()) {
            all += count;
        }
        String[] cells = new String[entry.getValue().length + 2];
        long label = entry.getKey();
        cells[0] = unsigned ? Long.toUnsignedString(label) : Long.toString(label);
        cells[1] = Text.number(all);
        for (int part = 0; part < entry.getValue().length; part++) {
            cells[part + 2] = SplitCommand.share(entry.getValue()[part], all);
        }
        return cells;
    }
}
