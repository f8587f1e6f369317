// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

/**
 * A promise of the project: one entry is at least so many times as fast as another.
 *
 * @param who ours
 * @param rival the other
 * @param bound the least median ratio
 */
record Goal(Entry who, Entry rival, double bound) {}
