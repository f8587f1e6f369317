// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Indices one behind the other. */
final class Concat extends RowIndex {
    private final RowIndex[] parts;

    /** Where each part begins, and where the last ends. */
    private final long[] starts;

    /** At least two parts, none empty. */
    Concat(List<RowIndex> parts) {
        this.parts = parts.toArray(RowIndex[]::new);
        this.starts = new long[this.parts.length + 1];
        for (int p = 0; p < this.parts.length; p++) {
            starts[p + 1] = Math.addExact(starts[p], this.parts[p].size());
        }
    }

    List<RowIndex> parts() {
        return Arrays.asList(parts);
    }

    @Override
    public long size() {
        return starts[parts.length];
    }

    @Override
    public long bound() {
        return Arrays.stream(parts).mapToLong(RowIndex::bound).max().orElse(0);
    }

    @Override
    public boolean isSorted() {
        return follow(0) && Arrays.stream(parts).allMatch(RowIndex::isSorted);
    }

    @Override
    public boolean isRange() {
        return follow(1) && Arrays.stream(parts).allMatch(RowIndex::isRange);
    }

    /** {@return whether each part's first row is greater than the last one's last: by so much} */
    private boolean follow(long exactly) {
        for (int p = 1; p < parts.length; p++) {
            long step = parts[p].get(0) - parts[p - 1].get(parts[p - 1].size() - 1);
            if (exactly == 0 ? step < 1 : step != exactly) {
                return false;
            }
        }
        return true;
    }

    @Override
    long hash() {
        long hash = Hashes.of("concat", parts.length);
        for (RowIndex part : parts) {
            hash = Hashes.add(hash, part.hash());
        }
        return hash;
    }

    @Override
    void map(long[] positions, int offset, int length) {
        int end = offset + length;
        for (int i = offset; i < end; ) {
            int part = partOf(positions[i]);
            long first = starts[part];
            long behind = starts[part + 1];
            int run = i;
            while (run < end && positions[run] >= first && positions[run] < behind) {
                positions[run++] -= first;
            }
            parts[part].map(positions, i, run - i);
            i = run;
        }
    }

    private int partOf(long position) {
        int found = Arrays.binarySearch(starts, position);
        return found >= 0 ? found : -found - 2;
    }

    @Override
    public String toString() {
        return Arrays.stream(parts)
                .map(RowIndex::toString)
                .collect(Collectors.joining("), then (", "(", ")"));
    }
}
