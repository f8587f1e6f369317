// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * {@code benchmarks/run store}: writing, opening and committing, in ratios to what the disk does
 * and to peers.
 *
 * <p>One thread. Contenders take turns within one run, so that a slow minute of the machine hits
 * all of them; medians count.
 */
package org.memmpy.benchmarks.store;
