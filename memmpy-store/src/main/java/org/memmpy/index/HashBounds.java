// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.util.List;

/** Parts as ranges of hashes. */
final class HashBounds {
    private static final int AT_ONCE = 1024;

    private final long[] bounds;

    /**
     * Parts.
     *
     * @param bounds ascending, unsigned: part k has the hashes from bound k - 1 on and below bound
     *     k. Parts that come later have none
     */
    HashBounds(long[] bounds) {
        this.bounds = bounds;
    }

    /** {@return the number of bounds that a hash reaches} */
    int part(long hash) {
        int part = 0;
        while (part < bounds.length && Long.compareUnsigned(hash, bounds[part]) >= 0) {
            part++;
        }
        return part;
    }

    /** Gets the hashes of an index, some at a time. */
    interface Visitor {
        /**
         * Gets hashes.
         *
         * @param position in the index, of the first
         * @param hashes an array that is used again
         */
        void visit(long position, long[] hashes, int length);
    }

    /** Walks over an index. */
    static void hashes(RowIndex rows, RowKeys.Reader keys, long key, Visitor visitor) {
        long[] hashes = new long[AT_ONCE];
        for (long at = 0; at < rows.size(); at += AT_ONCE) {
            int length = (int) Math.min(AT_ONCE, rows.size() - at);
            rows.fill(at, hashes, 0, length);
            keys.hash(hashes, length, key);
            visitor.visit(at, hashes, length);
        }
    }

    /** {@return the positions of each part} */
    List<RowIndex> positions(RowIndex rows, RowKeys.Reader keys, long key, Shares shares) {
        PartLists lists = new PartLists(shares, rows.size());
        hashes(
                rows,
                keys,
                key,
                (position, hashes, length) -> {
                    for (int i = 0; i < length; i++) {
                        lists.add(part(hashes[i]), position + i);
                    }
                });
        return lists.toIndices();
    }
}
