// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import java.util.function.BooleanSupplier;

/**
 * How many rows are being overwritten outside a writer's monitor, and who waits for them. Every
 * method is called under that monitor; waiting gives it up meanwhile.
 */
final class Overwrites {
    private final Object monitor;
    private int running;
    private int draining;

    Overwrites(StoreWriter monitor) {
        this.monitor = monitor;
    }

    /** Waits until nobody waits for the end of all, so that they get their turn. */
    void awaitTurn() {
        await(() -> draining == 0);
    }

    void begun() {
        running++;
    }

    void ended() {
        running--;
        monitor.notifyAll();
    }

    /** Writes that go on are waited for; those that would begin wait until the caller is done. */
    void drain() {
        draining++;
        await(() -> running == 0);
        draining--;
        monitor.notifyAll();
    }

    private void await(BooleanSupplier condition) {
        boolean interrupted = false;
        while (!condition.getAsBoolean()) {
            try {
                monitor.wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
