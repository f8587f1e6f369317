// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@link Splitter#grouped}.
 *
 * <p>Groups are in the order of their hashes, and a cut is where so many rows lie before it. First
 * the rows are counted by the upper 16 bits of the hash, which says where each cut is up to 1 of
 * 65,536 groups; then the rows of these few groups are counted.
 */
final class GroupedSplitter extends Splitter {
    private static final int BUCKET_BITS = 16;
    private static final int SHIFT = Long.SIZE - BUCKET_BITS;

    private final RowKeys keys;
    private final long seed;

    GroupedSplitter(RowKeys keys, long seed) {
        this.keys = keys;
        this.seed = seed;
    }

    @Override
    List<RowIndex> positions(RowIndex rows, Shares shares, long repeat) {
        long key = Stream.GROUPS.key(seed, repeat);
        try (RowKeys.Reader reader = keys.open()) {
            long[] before = rowsBefore(rows, reader, key);
            long[] cuts = new long[shares.parts() - 1];
            Map<Integer, Map<Long, Long>> groups = new HashMap<>();
            for (int part = 0; part < cuts.length; part++) {
                cuts[part] = shares.cut(part, rows.size());
                groups.put(bucket(before, cuts[part]), new HashMap<>());
            }
            HashBounds.hashes(
                    rows,
                    reader,
                    key,
                    (position, hashes, length) -> {
                        for (int i = 0; i < length; i++) {
                            Map<Long, Long> found = groups.get((int) (hashes[i] >>> SHIFT));
                            if (found != null) {
                                found.merge(hashes[i], 1L, Long::sum);
                            }
                        }
                    });
            return bounds(before, cuts, groups).positions(rows, reader, key, shares);
        }
    }

    /** {@return how many rows have hashes in the buckets before each, and in all} */
    private static long[] rowsBefore(RowIndex rows, RowKeys.Reader reader, long key) {
        long[] before = new long[(1 << BUCKET_BITS) + 1];
        HashBounds.hashes(
                rows,
                reader,
                key,
                (position, hashes, length) -> {
                    for (int i = 0; i < length; i++) {
                        before[(int) (hashes[i] >>> SHIFT) + 1]++;
                    }
                });
        for (int bucket = 1; bucket < before.length; bucket++) {
            before[bucket] += before[bucket - 1];
        }
        return before;
    }

    /** {@return the first bucket at whose end there are at least so many rows} */
    private static int bucket(long[] before, long cut) {
        int bucket = 0;
        while (before[bucket + 1] < cut) {
            bucket++;
        }
        return bucket;
    }

    private static HashBounds bounds(
            long[] before, long[] cuts, Map<Integer, Map<Long, Long>> groups) {
        long[] bounds = new long[cuts.length];
        int count = 0;
        for (long cut : cuts) {
            int bucket = bucket(before, cut);
            long bound = bound(bucket, before[bucket], cut, groups.get(bucket));
            if (bound == 0 && bucket > 0) {
                break; // 2^64: all hashes are below it, as they are below those that follow
            }
            bounds[count++] = bound;
        }
        return new HashBounds(Arrays.copyOf(bounds, count));
    }

    /**
     * {@return the hash from which on groups are behind the cut, which is closest to so many rows;
     * 2^64, which is 0, if none is}
     */
    private static long bound(int bucket, long start, long cut, Map<Long, Long> groups) {
        List<Long> hashes = groups.keySet().stream().sorted(Long::compareUnsigned).toList();
        long rows = start;
        long best = cut - start;
        long bound = (long) bucket << SHIFT;
        for (int i = 0; i < hashes.size(); i++) {
            rows += groups.get(hashes.get(i));
            if (Math.abs(cut - rows) < best) {
                best = Math.abs(cut - rows);
                bound = i + 1 < hashes.size() ? hashes.get(i + 1) : (bucket + 1L) << SHIFT;
            }
        }
        return bound;
    }

    @Override
    public String toString() {
        return "by groups with seed " + seed;
    }
}
