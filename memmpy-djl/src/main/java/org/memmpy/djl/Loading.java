// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import org.memmpy.batch.LoaderBuilder;

import java.util.OptionalInt;

/**
 * How batches are gathered ahead. Immutable.
 *
 * @param prefetch batches; empty for the loader's own choice
 * @param threads how many gather; empty for the loader's own choice
 * @param memory where batches lie
 */
record Loading(OptionalInt prefetch, OptionalInt threads, Memory memory) {
    void configure(LoaderBuilder loader) {
        prefetch.ifPresent(loader::prefetch);
        threads.ifPresent(loader::threads);
    }
}
