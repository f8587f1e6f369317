// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The JVM's garbage collector, which may be told to ignore {@code System.gc()}. Any thread. */
final class JvmCollector implements RecycledMemory.Collector {
    /** Small beside the regions of any collector, so that these are young objects. */
    private static final int GARBAGE_BYTES = 64 << 10;

    /** What a full collection takes for each byte that lives: G1, small objects, two cores. */
    private static final long NANOS_OF_LIVE_BYTE = 3;

    /** About the least that a full collection takes. */
    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** As much garbage is made in a nanosecond, if its memory was touched before. */
    private static final long BYTES_A_NANO = 10;

    private final MemoryMXBean heap = ManagementFactory.getMemoryMXBean();

    private final List<GarbageCollectorMXBean> beans =
            ManagementFactory.getGarbageCollectorMXBeans();

    /** Where new objects lie; null if the collector has no such place. */
    private final MemoryPoolMXBean eden =
            ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> pool.getName().contains("Eden"))
                    .findFirst()
                    .orElse(null);

    /** What the last full collection took; 0 before the first. One thread collects at a time. */
    private long fullNanos;

    /** Written only, so that the compiler cannot do without the garbage. */
    @SuppressWarnings("UnusedVariable")
    private volatile byte[] garbage;

    /**
     * Makes garbage, for as long as a full collection takes at most: the last one, or what it is
     * thought to take before the first. Nothing is made if it is known that there is room for more.
     */
    @Override
    public boolean nudge() {
        if (eden == null) {
            return false;
        }
        MemoryUsage young = eden.getUsage();
        long room = young.getCommitted() - young.getUsed();
        long nanos = fullNanos == 0 ? guess(young) : fullNanos;
        return room <= nanos * BYTES_A_NANO && makeGarbage(Long.MAX_VALUE, nanos);
    }

    /** {@return what a full collection may take, which visits what lives} */
    private long guess(MemoryUsage young) {
        long living = heap.getHeapMemoryUsage().getUsed() - young.getUsed();
        return Math.max(LEAST_NANOS, NANOS_OF_LIVE_BYTE * living);
    }

    @Override
    public boolean ask() {
        long before = collections();
        long from = System.nanoTime();
        System.gc();
        fullNanos = Math.max(LEAST_NANOS, System.nanoTime() - from);
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
        return makeGarbage(2 * Runtime.getRuntime().maxMemory(), Long.MAX_VALUE);
    }

    /** {@return whether there was a collection} */
    private boolean makeGarbage(long most, long nanos) {
        long before = collections();
        long from = System.nanoTime();
        for (long made = 0; made < most && collections() == before; made += GARBAGE_BYTES) {
            if (System.nanoTime() - from > nanos) {
                break;
            }
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
