// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import java.util.Optional;
import java.util.SortedSet;

/**
 * What {@link Store#vacuum()} has done.
 *
 * @param bytes the lengths of the files that were removed, together
 * @param files how many were removed, manifests included
 * @param generations the generations that are still there, the current one last
 * @param inUse those of them that a reader has open now
 * @param waiting how many files are not needed, but wait for the grace period to end
 * @param heldBack why files stay that are not needed; empty if nothing was in the way
 */
public record Vacuumed(
        long bytes,
        int files,
        SortedSet<Long> generations,
        SortedSet<Long> inUse,
        int waiting,
        Optional<String> heldBack) {}
