// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.kernel.ClassCounts;
import org.memmpy.kernel.Moments;
import org.memmpy.kernel.MomentsPass;

import java.util.HashMap;
import java.util.Map;

/**
 * One column of a {@link StatisticsPass}: cut into chunks of whole rows, by its row type alone,
 * whose moments are merged in their order.
 */
final class StatisticsColumn {
    private final MappedArray array;
    private final MappedArray mask;
    private final Per per;
    private final RowType type;
    private final int groups;
    private final long rowsPerChunk;
    private boolean classes;

    private RowLease values;
    private RowLease masks;
    private long chunks;
    private StatisticsCache cache;
    private Statistics known;

    private final Map<Long, Moments> waiting = new HashMap<>();
    private long merged;
    private Moments total;
    private ClassCounts counts;

    /**
     * A column.
     *
     * @param mask true where elements are left out; null for none
     */
    StatisticsColumn(MappedArray array, MappedArray mask, Per per) {
        this.array = array;
        this.mask = mask;
        this.per = per;
        this.type = array.rowType();
        this.groups = per.groups(type);
        this.rowsPerChunk = Math.max(1, MomentsPass.chunkElements(passGroups()) / type.elements());
        this.classes = type.elements() == 1 && !type.dtype().isFloating();
    }

    String where() {
        return array.where;
    }

    void countClasses() {
        if (type.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    array.where + ": " + type.dtype() + " elements are no classes");
        }
        classes = true;
    }

    /** {@return the groups of one pass: each of the first axis has one of its own} */
    private int passGroups() {
        return per == Per.FIRST_AXIS ? 1 : groups;
    }

    private DType passType() {
        return mask == null ? type.dtype() : DType.FLOAT64;
    }

    /** Takes hold of the rows, unless the cache has the result. */
    void open(boolean cached) {
        values = array.lease();
        masks = mask == null ? null : mask.lease();
        total = new Moments(passType(), groups);
        counts = classes ? new ClassCounts(type.dtype(), ClassCounts.DEFAULT_LIMIT) : null;
        waiting.clear();
        merged = 0;
        known = null;
        if (cached) {
            cache = StatisticsCache.of(values, masks, per, classes);
            known = cache.find(type.dtype(), passType(), groups);
        }
        chunks = known != null ? 0 : Math.ceilDiv(values.node().rows(), rowsPerChunk);
    }

    void close() {
        if (values != null) {
            values.close();
            values = null;
        }
        if (masks != null) {
            masks.close();
            masks = null;
        }
    }

    long chunks() {
        return chunks;
    }

    Statistics finish(boolean cached) {
        if (known != null) {
            return known;
        }
        Statistics result = Statistics.of(type.dtype(), total, per, counts);
        if (cached) {
            cache.keep(result);
        }
        return result;
    }

    /** Computes one chunk; by any thread. */
    void compute(long chunk) {
        long from = chunk * rowsPerChunk;
        long to = Math.min(values.node().rows(), from + rowsPerChunk);
        ClassCounts chunkCounts =
                counts == null || isOverLimit()
                        ? null
                        : new ClassCounts(type.dtype(), ClassCounts.DEFAULT_LIMIT);
        StatisticsChunk computed =
                mask == null
                        ? new StatisticsChunk(type, per, passGroups())
                        : new MaskedStatisticsChunk(type, per, passGroups(), masks);
        for (int part = values.partOf(from); from < to; part++) {
            long end = Math.min(to, values.firstRow(part + 1));
            long offset = (from - values.firstRow(part)) * type.bytes();
            computed.add(values.segment(part), offset, from, end - from, chunkCounts);
            from = end;
        }
        merge(chunk, computed.finish(), chunkCounts);
    }

    private synchronized boolean isOverLimit() {
        return counts.tooMany();
    }

    private synchronized void merge(long chunk, Moments moments, ClassCounts chunkCounts) {
        if (chunkCounts != null) {
            counts.merge(chunkCounts);
        }
        waiting.put(chunk, moments);
        for (Moments next = waiting.remove(merged); next != null; next = waiting.remove(merged)) {
            total.merge(next);
            merged++;
        }
    }
}
