// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Remembers what is open and who opened it, for tests that must not leak.
 *
 * <p>Does nothing unless the JVM runs with {@code -Dorg.memmpy.trackOpen=true}.
 */
public final class OpenResources {
    private static final boolean TRACKING = Boolean.getBoolean("org.memmpy.trackOpen");
    private static final Map<Object, Throwable> OPEN =
            Collections.synchronizedMap(new IdentityHashMap<>());

    private OpenResources() {}

    /**
     * Notes that something was opened.
     *
     * @param resource told from others by identity
     * @param what a word for the report
     */
    public static void opened(Object resource, String what) {
        if (TRACKING) {
            OPEN.put(resource, new Throwable(what + " opened by " + Thread.currentThread()));
        }
    }

    /** Notes that it was closed. */
    public static void closed(Object resource) {
        if (TRACKING) {
            OPEN.remove(resource);
        }
    }

    /** {@return what is open now: for each, the stack of its opening} */
    public static List<Throwable> stillOpen() {
        synchronized (OPEN) {
            return new ArrayList<>(OPEN.values());
        }
    }
}
