// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which uncommitted rows of which array belong to which {@link RegionWriter}. */
final class Regions {
    private final Map<String, List<Claim>> claims = new HashMap<>();

    /** Rows {@code from .. to - 1} of an array. */
    static final class Claim {
        private final long from;
        private final long to;

        private Claim(long from, long to) {
            this.from = from;
            this.to = to;
        }

        long from() {
            return from;
        }

        long to() {
            return to;
        }

        private boolean overlaps(long otherFrom, long otherTo) {
            return from < otherTo && otherFrom < to;
        }
    }

    /** Takes rows; they stay taken until the commit. */
    Claim claim(String path, long row, long count) {
        check(path, null, row, count);
        Claim claim = new Claim(row, row + count);
        claims.computeIfAbsent(path, p -> new ArrayList<>()).add(claim);
        return claim;
    }

    /**
     * Makes sure that rows may be written.
     *
     * @param own the region that they are in; null for none
     */
    void check(String path, Claim own, long row, long count) {
        List<Claim> taken = claims.getOrDefault(path, List.of());
        if (own != null && !taken.contains(own)) {
            throw new IllegalStateException(
                    "array '%s': the region of rows %,d to %,d has ended: the store was committed, or the array replaced. Reserve rows and take a new region"
                            .formatted(path, own.from, own.to - 1));
        }
        for (Claim other : taken) {
            if (!other.equals(own) && other.overlaps(row, row + count)) {
                throw new IllegalArgumentException(
                        "array '%s': rows %,d to %,d overlap the region of rows %,d to %,d, which another writer has taken. Divide the rows so that each belongs to one"
                                .formatted(path, row, row + count - 1, other.from, other.to - 1));
            }
        }
    }

    void forget(String path) {
        claims.remove(path);
    }

    void clear() {
        claims.clear();
    }
}
