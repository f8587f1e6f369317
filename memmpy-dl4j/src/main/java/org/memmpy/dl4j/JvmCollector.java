// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/** The JVM's garbage collector, which may be told to ignore {@code System.gc()}. Any thread. */
final class JvmCollector implements RecycledMemory.Collector {
    /** Small beside the regions of any collector, so that these are young objects. */
    private static final int GARBAGE_BYTES = 64 << 10;

    private final List<GarbageCollectorMXBean> beans =
            ManagementFactory.getGarbageCollectorMXBeans();

    /** Written only, so that the compiler cannot do without the garbage. */
    @SuppressWarnings("UnusedVariable")
    private volatile byte[] garbage;

    @Override
    public boolean ask() {
        long before = collections();
        System.gc();
        return collections() != before;
    }

    /**
     * Makes garbage until the JVM collects by itself, which it does before that is as much as the
     * heap: where {@code System.gc()} is ignored, that is all one can do.
     */
    @Override
    public boolean provoke() {
        if (beans.isEmpty()) {
            return false; // it never collects
        }
        long before = collections();
        long most = 2 * Runtime.getRuntime().maxMemory();
        for (long made = 0; made < most && collections() == before; made += GARBAGE_BYTES) {
            garbage = new byte[GARBAGE_BYTES];
        }
        garbage = null;
        return collections() != before;
    }

    private long collections() {
        long sum = 0;
        for (GarbageCollectorMXBean bean : beans) {
            sum += Math.max(0, bean.getCollectionCount()); // -1: it does not count
        }
        return sum;
    }
}
