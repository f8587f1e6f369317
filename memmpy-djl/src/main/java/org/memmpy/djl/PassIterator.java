// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.training.dataset.Batch;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Iterator;

/**
 * What a {@code for} loop over {@code getData} holds. When a loop was left early nobody tells us,
 * so the pass is also ended when its iterator is unreachable; the pass must not refer to it.
 */
final class PassIterator implements Iterator<Batch>, AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Pass pass;
    private final Cleaner.Cleanable end;

    PassIterator(Pass pass) {
        this.pass = pass;
        this.end = CLEANER.register(this, pass::close);
    }

    @Override
    public boolean hasNext() {
        try {
            return pass.hasNext();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Batch next() {
        try {
            return pass.next();
        } finally {
            Reference.reachabilityFence(this); // or the last next() could be cut short
        }
    }

    @Override
    public void close() {
        end.clean();
    }
}
