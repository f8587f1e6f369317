// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.List;

/** The JVM's garbage collector, which may be told to ignore {@code System.gc()}. Any thread. */
final class JvmCollector implements RecycledMemory.Collector {
    /** Small beside the regions of any collector, so that these are young objects. */
    private static final int GARBAGE_BYTES = 64 << 10;

    /** What is written in some 10 ms, about the least that a full collection takes. */
    private static final long MOST_ROOM = 64L << 20;

    /** The young generation may grow while it is filled. */
    private static final long MARGIN = 8L << 20;

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
     * Makes as much garbage as there is room for it, if that is little. What a full collection
     * visits besides, the program's own objects, it leaves alone.
     */
    @Override
    public boolean nudge() {
        if (eden == null) {
            return false;
        }
        MemoryUsage usage = eden.getUsage();
        long room = usage.getCommitted() - usage.getUsed();
        return room <= MOST_ROOM && makeGarbage(room + room / 4 + MARGIN);
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
