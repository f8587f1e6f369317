// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.kernel.KeyHashes;
import org.memmpy.kernel.KeyRuns;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Finds rows by their keys, in one generation, in mapped memory only: about 12 probes in each
 * sorted run of (hash, row) pairs, of which there are at most some log2(rows / 16,384), then a scan
 * of the hashes that no run has yet, and a comparison with the key itself wherever a hash is equal.
 */
final class KeyIndex {
    private final String where;
    private final RowExtents keys;
    private final Rows hashes;
    private final Rows sorted;

    /**
     * An index.
     *
     * @param where the array, for messages
     */
    KeyIndex(String where, RowExtents keys, Rows hashes, Rows sorted) {
        this.where = where;
        this.keys = keys;
        this.hashes = hashes;
        this.sorted = sorted;
    }

    /** {@return the row with a key, or -1} */
    long row(byte[] utf8) {
        long hash = KeyHashes.hash(utf8);
        MemorySegment key = MemorySegment.ofArray(utf8);
        for (int part = 0; part < sorted.parts(); part++) {
            long row = rowInRun(sorted.segment(part), hash, key);
            if (row >= 0) {
                return row;
            }
        }
        return rowInTail(hash, key);
    }

    private long rowInRun(MemorySegment run, long hash, MemorySegment key) {
        long pairs = KeyRuns.pairs(run);
        long pair = KeyRuns.first(run, hash);
        for (; pair >= 0 && pair < pairs && KeyRuns.hash(run, pair) == hash; pair++) {
            long row = KeyRuns.row(run, pair);
            if (row < 0 || row >= keys.count()) {
                throw new CorruptStoreException(
                        "%s: its sorted hashes name row %,d, but there are %,d rows. They were damaged or overwritten; restore their file from a copy"
                                .formatted(where, row, keys.count()));
            }
            if (keys.matches(row, key)) {
                return row;
            }
        }
        return -1;
    }

    private long rowInTail(long hash, MemorySegment key) {
        long end = hashes.count();
        long from = sorted.count();
        while (from < end) {
            int part = hashes.partOf(from);
            long first = hashes.firstRow(part);
            long partEnd = hashes.firstRow(part + 1);
            long found = KeyRuns.indexOf(hashes.segment(part), from - first, partEnd - first, hash);
            if (found >= 0 && keys.matches(first + found, key)) {
                return first + found;
            }
            from = found < 0 ? partEnd : first + found + 1;
        }
        return -1;
    }

    /** {@return the key of a row} */
    String key(long row) {
        return new String(utf8(row), StandardCharsets.UTF_8);
    }

    /** {@return the key of a row, as UTF-8} */
    byte[] utf8(long row) {
        RowExtents.Extent extent = keys.of(row);
        if (extent.length() > Keys.MAX_BYTES) {
            throw new CorruptStoreException(
                    "%s: the key of row %,d has %,d bytes; at most %,d are allowed. Its offsets were damaged or overwritten; restore their file from a copy"
                            .formatted(where, row, extent.length(), Keys.MAX_BYTES));
        }
        byte[] utf8 = new byte[(int) extent.length()];
        keys.copy(extent, MemorySegment.ofArray(utf8));
        return utf8;
    }

    /** {@return how many rows have a key} */
    long count() {
        return hashes.count();
    }

    /** Copies hashes of consecutive rows, as they are on disk. */
    void copyHashes(long row, MemorySegment into) {
        hashes.copy(row, into);
    }
}
