// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import java.io.IOException;

/** Contenders that share what they need. */
interface Contenders extends AutoCloseable {
    /**
     * Adds all to a race.
     *
     * @param race that ends before these are closed
     * @throws IOException if one cannot be set up
     */
    void addTo(LoaderRace race) throws IOException;

    @Override
    void close() throws IOException;
}
