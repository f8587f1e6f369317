// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import java.util.List;
import java.util.function.Supplier;

/** Takes leases of several arrays in one and the same generation of each store. */
public final class OneGeneration {
    private OneGeneration() {}

    /**
     * Takes them, again if a store has moved to another generation meanwhile.
     *
     * @param stores whose arrays are looked at
     * @param leases takes the leases; what it has taken when it fails it gives back itself
     * @param <T> holds the leases
     * @return what was taken while no store has moved
     */
    public static <T extends AutoCloseable> T of(List<Store> stores, Supplier<T> leases) {
        while (true) {
            List<Long> before = moves(stores);
            if (before.stream().anyMatch(moves -> moves % 2 != 0)) {
                Thread.onSpinWait(); // arrays are being moved one by one, which takes no time
                continue;
            }
            T taken = leases.get();
            if (moves(stores).equals(before)) {
                return taken;
            }
            close(taken);
        }
    }

    private static List<Long> moves(List<Store> stores) {
        return stores.stream().map(Store::moves).toList();
    }

    private static void close(AutoCloseable leases) {
        try {
            leases.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
