// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.List;

/** The JVM's garbage collector, which may be told to ignore {@code System.gc()}. Any thread. */
final class JvmCollector implements RecycledMemory.Collector {
    /** Small beside the regions of any collector, so that these are young objects. */
    private static final int GARBAGE_BYTES = 64 << 10;

    /** What is written in some 10 ms, about the least that a full collection takes. */
    private static final long LEAST_GARBAGE = 64L << 20;

    /**
     * A full collection takes 2 to 3 ns for each byte that lives, and a byte of garbage less than
     * 0.1 ns: measured with G1, 12 MB to 1.5 GB of small objects, two cores.
     */
    private static final long GARBAGE_FOR_A_LIVE_BYTE = 20;

    private final MemoryMXBean heap = ManagementFactory.getMemoryMXBean();

    private final List<GarbageCollectorMXBean> beans =
            ManagementFactory.getGarbageCollectorMXBeans();

    /** Where new objects lie; null if the collector has no such place. */
    private final MemoryPoolMXBean eden =
            ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> pool.getName().contains("Eden"))
                    .findFirst()
                    .orElse(null);

    /** Written only, so that the compiler cannot do without the garbage. */
    @SuppressWarnings("UnusedVariable")
    private volatile byte[] garbage;

    /**
     * Makes garbage, at most for as long as a full collection would take: that one visits all that
     * lives, the program's own objects, and stops its threads meanwhile. Nothing is made if it is
     * known that there is room for more.
     */
    @Override
    public boolean nudge() {
        if (eden == null) {
            return false;
        }
        MemoryUsage young = eden.getUsage();
        long room = young.getCommitted() - young.getUsed();
        long living = Math.max(0, heap.getHeapMemoryUsage().getUsed() - young.getUsed());
        long most = Math.max(LEAST_GARBAGE, GARBAGE_FOR_A_LIVE_BYTE * living);
        return room <= most && makeGarbage(most);
    }

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
        return makeGarbage(2 * Runtime.getRuntime().maxMemory());
    }

    /** {@return whether there was a collection} */
    private boolean makeGarbage(long most) {
        long before = collections();
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
