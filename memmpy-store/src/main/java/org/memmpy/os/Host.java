// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import com.sun.management.OperatingSystemMXBean;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** What the JVM knows of the machine it runs on. */
public final class Host {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final boolean HAS_CPU_TIME =
            THREADS.isCurrentThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled();

    private static final long MEMORY =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();

    private Host() {}

    /** {@return the memory that this process can have, in a container that of the container} */
    public static long memoryBytes() {
        return MEMORY;
    }

    /** {@return whether {@link #cpuNanos} means something} */
    public static boolean hasCpuTime() {
        return HAS_CPU_TIME;
    }

    /**
     * {@return how long the current thread has been running, waiting not included; 0 if unknown}
     */
    public static long cpuNanos() {
        return HAS_CPU_TIME ? THREADS.getCurrentThreadCpuTime() : 0;
    }
}
