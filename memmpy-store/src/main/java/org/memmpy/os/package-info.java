// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * What the operating system does for us: files that are written and forced, mappings, locks, and
 * what of the C library Java has no words for.
 *
 * <p>Not exported. {@link org.memmpy.os.Disk} is the only way by which a store writes, so that a
 * test can put a disk there which fails or forgets. {@link org.memmpy.os.MapArena} is the only way
 * by which it maps. Uses no other package but the exceptions.
 */
package org.memmpy.os;
