// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.batch.column.BoundColumn;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.store.MappedArray;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a loader delivers, in which order: what its states are bound to. The data are looked at when
 * the first state is asked for.
 */
final class LoaderIdentity {
    private final UUID store;
    private final List<BoundColumn> columns;
    private final List<Long> bounds;
    private final RowIndex index;
    private final Order order;
    private Map<String, String> fingerprints;

    /**
     * An identity.
     *
     * @param bounds of the rows that are read, one of each source
     */
    LoaderIdentity(
            UUID store, List<BoundColumn> columns, List<Long> bounds, RowIndex index, Order order) {
        this.store = store;
        this.columns = columns;
        this.bounds = bounds;
        this.index = index;
        this.order = order;
    }

    /** {@return a state} */
    LoaderState state(
            long epoch, int rank, int world, int globalBatch, long delivered, boolean ended) {
        return new LoaderState(
                store,
                fingerprints(),
                index.fingerprint(),
                order.toJson(),
                epoch,
                rank,
                world,
                globalBatch,
                delivered,
                ended);
    }

    private synchronized Map<String, String> fingerprints() {
        if (fingerprints == null) {
            Map<String, String> found = new LinkedHashMap<>();
            for (int s = 0; s < bounds.size(); s++) {
                for (BoundColumn column : columns) {
                    column.fingerprint(s, bounds.get(s), found);
                }
            }
            for (MappedArray column : order.columns()) {
                long rows = Math.min(column.rows(), Collections.max(bounds));
                found.put("order:" + column.path(), column.fingerprint(rows));
            }
            fingerprints = Collections.unmodifiableMap(found);
        }
        return fingerprints;
    }
}
