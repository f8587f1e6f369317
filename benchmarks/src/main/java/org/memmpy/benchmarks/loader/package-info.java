// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * {@code benchmarks/run quick}, {@code full}, {@code plugins}, {@code bigarray}, {@code remap} and
 * {@code cold}: shuffled minibatches, in ratios to what memory or the disk allows, to the loader
 * without an engine, and to peers.
 *
 * <p>A sample is a speed in rows a second. Contenders take turns within one run; ratios are taken
 * round by round.
 */
package org.memmpy.benchmarks.loader;
