// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * {@code benchmarks/run quick}, {@code full} and {@code bigarray}: shuffled minibatches of cached
 * data, in ratios to a {@code memcpy} loop in C over the same mapping, and to peers.
 *
 * <p>A sample is a speed in rows a second. Contenders take turns within one run; ratios are taken
 * round by round.
 */
package org.memmpy.benchmarks.loader;
