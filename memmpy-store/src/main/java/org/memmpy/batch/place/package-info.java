// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Rows that are delivered where they are, without a copy: as views of a mapping, or mapped side by
 * side into windows.
 *
 * <p>Not exported. A pass has one {@link org.memmpy.batch.place.Placements}, safe from any thread;
 * what it has {@linkplain org.memmpy.batch.place.Placed placed} stays until whoever has the batch
 * releases it, whatever was closed meanwhile. Uses {@code column} and the store.
 */
package org.memmpy.batch.place;
