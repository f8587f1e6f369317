// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.memmpy.os.OpenResources;

import java.util.List;

/** Fails a test that leaves a store, epoch, batch, lease or loader thread behind. */
final class NothingOpen implements AfterEachCallback {
    @Override
    public void afterEach(ExtensionContext context) {
        List<Throwable> open = OpenResources.stillOpen();
        AssertionError leak = new AssertionError("left open: " + open + ", threads " + threads());
        open.forEach(leak::addSuppressed);
        if (!open.isEmpty() || !threads().isEmpty()) {
            throw leak;
        }
    }

    /** {@return the loader threads that run} */
    static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("memmpy-loader"))
                .toList();
    }
}
