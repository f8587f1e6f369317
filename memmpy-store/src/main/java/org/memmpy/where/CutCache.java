// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import org.memmpy.CorruptStoreException;
import org.memmpy.index.RowFile;
import org.memmpy.index.RowIndex;
import org.memmpy.index.RowList;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Table;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A cut's result, kept by what it was computed of. The name is a digest of the calculation, types
 * and columns' paths included; the note says for how many rows it was done, and the fingerprints of
 * the columns over these rows. It never fails: what cannot be found is computed.
 */
final class CutCache {
    private static final int COPIED_AT_ONCE = 1 << 16;
    private static final Pattern COVERED = Pattern.compile("\\{\"rows\": (\\d{1,18}), ");

    private final Table table;
    private final Typed cut;
    private final Map<String, MappedArray> columns;

    CutCache(Table table, Typed cut, List<MappedArray> columns) {
        this.table = table;
        this.cut = cut;
        this.columns =
                columns.stream().collect(Collectors.toMap(MappedArray::path, column -> column));
    }

    RowIndex rows(int threads) {
        List<CachePlace> places =
                CachePlace.of(table.store(), digest("memmpy cut 1\n" + cut.normal()));
        RowFile kept = null;
        long covered = 0;
        List<RowFile> longer = new ArrayList<>();
        for (CachePlace place : places) {
            RowFile found = place.find();
            long rows = found == null ? -1 : covered(found);
            if (rows == table.rows()) {
                return found.rows();
            }
            if (rows > table.rows()) {
                longer.add(found);
            } else if (rows > covered) {
                kept = found;
                covered = rows;
            }
        }
        RowIndex rows = evaluated(kept, covered, threads);
        if (longer.stream().noneMatch(later -> beginsWith(later.rows(), rows))) {
            String note = note(table.rows());
            for (CachePlace place : places) {
                if (place.keep(rows, note)) {
                    break;
                }
            }
        }
        return rows;
    }

    /**
     * {@return whether a result for more rows may be one of a later generation, not of other data}
     */
    private boolean beginsWith(RowIndex later, RowIndex rows) {
        try {
            long size = rows.size();
            if (later.size() < size || (later.size() > size && later.get(size) < table.rows())) {
                return false;
            }
            long[] a = new long[(int) Math.min(COPIED_AT_ONCE, size)];
            long[] b = new long[a.length];
            for (long at = 0; at < size; at += a.length) {
                int n = (int) Math.min(a.length, size - at);
                later.fill(at, a, 0, n);
                rows.fill(at, b, 0, n);
                if (!Arrays.equals(a, b)) {
                    return false;
                }
            }
            return true;
        } catch (CorruptStoreException e) {
            return false;
        }
    }

    /**
     * {@return for how many rows a result holds: more than the table has if it is of a later
     * generation or of other data, which only its rows tell; -1 if it is of other data}
     */
    private long covered(RowFile found) {
        Matcher rows = COVERED.matcher(found.note());
        if (!rows.lookingAt()) {
            return -1;
        }
        long covered = Long.parseLong(rows.group(1));
        if (covered > table.rows()) {
            return covered;
        }
        return found.note().equals(note(covered)) && found.rows().bound() <= covered ? covered : -1;
    }

    private RowIndex evaluated(RowFile kept, long covered, int threads) {
        RowList list = new RowList(table.rows());
        if (kept != null && !copy(kept.rows(), list)) {
            return evaluated(null, 0, threads);
        }
        Evaluation.run(cut, List.copyOf(columns.values()), covered, table.rows(), threads, list);
        return list.toIndex();
    }

    /** {@return whether all rows were copied; they are not if somebody has cut the file} */
    private static boolean copy(RowIndex from, RowList to) {
        try {
            long[] rows = new long[COPIED_AT_ONCE];
            for (long at = 0; at < from.size(); at += rows.length) {
                int n = (int) Math.min(rows.length, from.size() - at);
                from.fill(at, rows, 0, n);
                to.add(rows, 0, n);
            }
            return true;
        } catch (CorruptStoreException | IllegalArgumentException e) {
            return false; // or rows were overwritten with what are none
        }
    }

    /** Written the same each time, so that it is compared and not parsed. */
    private String note(long rows) {
        return columns.keySet().stream()
                .sorted()
                .map(
                        path ->
                                "%s: %s"
                                        .formatted(
                                                quoted(path),
                                                quoted(columns.get(path).fingerprint(rows))))
                .collect(
                        Collectors.joining(
                                ", ",
                                String.format(Locale.ROOT, "{\"rows\": %d, \"columns\": {", rows),
                                "}}"));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    static String digest(String text) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
