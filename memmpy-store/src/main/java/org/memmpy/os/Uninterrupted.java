// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * Runs file operations to their end, whatever interrupts the thread.
 *
 * <p>A {@link java.nio.channels.FileChannel} closes itself under an interrupted thread. For a store
 * that would turn a request to stop into lost rows, so the interrupt waits: it is set again when
 * the operation has ended.
 */
public final class Uninterrupted {
    private Uninterrupted() {}

    /**
     * An operation that can be repeated from its start.
     *
     * @param <T> what it gives
     */
    @FunctionalInterface
    public interface Operation<T> {
        /** Does it; opens whatever channel it needs. */
        T run() throws IOException;
    }

    /** Runs an operation, again if an interrupt ended it. */
    public static <T> T call(Operation<T> operation) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return operation.run();
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
