// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import java.util.ArrayList;
import java.util.List;

/**
 * A promise of the project: one entry is at least so many times as fast as another.
 *
 * @param who ours
 * @param rival part of the other's label
 * @param bound the least median ratio
 */
record Goal(Entry who, String rival, double bound) {
    private static final int KIB = 1 << 10;

    /** {@return what is promised for plain and converted rows of a size} */
    static List<Goal> of(int rowBytes) {
        Entry kernel = MemoryContenders.KERNEL;
        Entry two = MemoryContenders.loader(2);
        String memcpy = Entry.memcpy(1).contender();
        double guarded = rowBytes < KIB ? 0.7 : rowBytes < 4 * KIB ? 0.93 : 0.97;
        double called =
                rowBytes < 256 ? 0.8 : rowBytes < KIB ? 0.9 : rowBytes < 4 * KIB ? 0.95 : 0.97;
        List<Goal> goals = new ArrayList<>();
        goals.add(new Goal(kernel, memcpy, guarded));
        goals.add(new Goal(MemoryContenders.NATIVE_COPY, memcpy, called));
        goals.add(new Goal(two, MemoryContenders.loader(1).contender(), 1.8));
        goals.add(new Goal(MemoryContenders.CONVERTED, kernel.contender(), 0.7));
        goals.add(new Goal(two, "take(out", 1));
        if (rowBytes == 256) {
            goals.add(new Goal(two, "Python memmpy 0.1.11", 2));
            goals.add(new Goal(two, "Python memmpy 0.1.3", 4));
            goals.add(new Goal(two, "torch", 20));
            goals.add(new Goal(two, "h5py", 100));
        }
        return goals;
    }
}
