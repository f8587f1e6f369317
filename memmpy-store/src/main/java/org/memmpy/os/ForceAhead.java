// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.IOException;
import java.util.concurrent.Future;

/**
 * Forces a file while it is being written, so that the disk works meanwhile and the force that
 * counts has less to wait for. One at a time; a failure stays.
 */
final class ForceAhead {
    private final Undisturbed.Operation force;
    private Future<?> running;
    private IOException failure;

    ForceAhead(Undisturbed.Operation force) {
        this.force = force;
    }

    /** Begins a force and returns, unless one is going on or has failed. */
    synchronized void begin() {
        if (failure == null && (running == null || running.isDone())) {
            collect();
            running = failure == null ? Undisturbed.start(force) : null;
        }
    }

    /**
     * Waits until no force is going on.
     *
     * @throws IOException if one has failed, now or before
     */
    synchronized void end() throws IOException {
        collect();
        if (failure != null) {
            throw failure;
        }
    }

    private void collect() {
        if (running != null) {
            try {
                Undisturbed.await(running);
            } catch (IOException e) {
                failure = e;
            }
            running = null;
        }
    }
}
