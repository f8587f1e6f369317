// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.memmpy.os.OpenResources;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Fails a test that leaves a store, mapping, lease, loader, epoch or batch open, and shows who
 * opened it. Registered as a service, so that it watches every test of every module that has the
 * store's test jar.
 */
public final class LeakCheck implements BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(LeakCheck.class);

    /** Called by the service loader. */
    public LeakCheck() {}

    @Override
    public void beforeEach(ExtensionContext context) {
        Set<Throwable> before = Collections.newSetFromMap(new IdentityHashMap<>());
        before.addAll(OpenResources.stillOpen());
        context.getStore(NAMESPACE).put("before", before);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Set<?> before = context.getStore(NAMESPACE).get("before", Set.class);
        List<Throwable> leaked =
                OpenResources.stillOpen().stream().filter(open -> !before.contains(open)).toList();
        if (!leaked.isEmpty()) {
            AssertionError error =
                    new AssertionError(
                            leaked.size() + " left open; the causes show who opened them");
            leaked.forEach(error::addSuppressed);
            throw error;
        }
    }
}
