// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Which id becomes which. Immutable. */
public final class LabelMap {
    /** Ids that lie as close as that are looked up in a table. */
    private static final int MOST_IN_TABLE = 65_536;

    private final Map<Long, Long> map;
    private final long[] from;
    private final long[] to;

    /** Of every id from the lowest on, where it is in {@code from}, or -1; null if far apart. */
    private final int[] places;

    /**
     * Lists ids.
     *
     * @throws IllegalArgumentException if there is none
     */
    public LabelMap(Map<Long, Long> map) {
        if (map.isEmpty()) {
            throw new IllegalArgumentException(
                    "no label is mapped: name an id for every id stored");
        }
        this.map = Map.copyOf(map);
        this.from = this.map.keySet().stream().mapToLong(Long::longValue).sorted().toArray();
        this.to = Arrays.stream(from).map(this.map::get).toArray();
        long span = from[from.length - 1] - from[0];
        this.places = span >= 0 && span < MOST_IN_TABLE ? places((int) span + 1) : null;
    }

    private int[] places(int length) {
        int[] all = new int[length];
        Arrays.fill(all, -1);
        for (int i = 0; i < from.length; i++) {
            all[(int) (from[i] - from[0])] = i;
        }
        return all;
    }

    /** {@return the ids that there are} */
    public LongStream targets() {
        return Arrays.stream(to);
    }

    /**
     * {@return names in the order of the ids that theirs become; empty if these are not 0, 1, and
     * so on, one for each name that is mapped}
     *
     * @param names of the ids 0, 1, and so on
     */
    public List<String> apply(List<String> names) {
        String[] mapped = new String[to.length];
        for (int i = 0; i < to.length; i++) {
            boolean known = from[i] >= 0 && from[i] < names.size();
            if (!known || to[i] < 0 || to[i] >= to.length || mapped[(int) to[i]] != null) {
                return List.of();
            }
            mapped[(int) to[i]] = names.get((int) from[i]);
        }
        return List.of(mapped);
    }

    /**
     * Replaces ids.
     *
     * @param ids the first {@code n} are replaced, up to one that is unknown
     * @return the place of the unknown one; n if there is none
     */
    int apply(long[] ids, int n) {
        for (int i = 0; i < n; i++) {
            int place = place(ids[i]);
            if (place < 0) {
                return i;
            }
            ids[i] = to[place];
        }
        return n;
    }

    private int place(long id) {
        if (places == null) {
            return Arrays.binarySearch(from, id);
        }
        long index = id - from[0];
        return index >= 0 && index < places.length ? places[(int) index] : -1;
    }

    /** {@return the map as code would show it} */
    @Override
    public String toString() {
        return map.toString();
    }
}
