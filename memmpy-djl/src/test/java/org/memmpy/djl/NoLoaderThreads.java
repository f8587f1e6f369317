// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.util.List;

/** Fails a test that leaves a loader's thread behind; all else is watched in every module. */
final class NoLoaderThreads implements AfterEachCallback {
    @Override
    public void afterEach(ExtensionContext context) {
        assertEquals(List.of(), running());
    }

    /** {@return the loader threads that run} */
    static List<String> running() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("memmpy-loader"))
                .toList();
    }
}
