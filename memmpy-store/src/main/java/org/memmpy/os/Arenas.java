// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.lang.foreign.Arena;
import java.time.Duration;

/** Closes shared arenas. */
public final class Arenas {
    private Arenas() {}

    /**
     * Closes an arena as soon as the JVM lets it: not while a thread writes one of its segments to
     * a channel, for example. Never fails and never waits; what cannot be closed now is closed by a
     * thread of its own. One that is closed already is closed.
     *
     * @param arena shared; nobody else closes it
     * @param closed run when it is closed
     */
    public static void close(Arena arena, Runnable closed) {
        if (tryClose(arena)) {
            closed.run();
            return;
        }
        Thread.ofPlatform()
                .daemon()
                .name("memmpy-unmap")
                .start(
                        () -> {
                            while (!tryClose(arena)) {
                                pause();
                            }
                            closed.run();
                        });
    }

    private static boolean tryClose(Arena arena) {
        try {
            arena.close();
            return true;
        } catch (IllegalStateException e) {
            return !arena.scope().isAlive(); // or a segment is in use by an I/O operation
        }
    }

    private static void pause() {
        try {
            Thread.sleep(Duration.ofMillis(10));
        } catch (InterruptedException e) {
            // nobody knows this thread; it ends when its arena is closed
        }
    }
}
