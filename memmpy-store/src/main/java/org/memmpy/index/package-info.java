// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Which rows, in which order.
 *
 * <p>A {@link org.memmpy.index.RowIndex} is a function from positions to row numbers. Immutable,
 * safe from any thread, and a pure function of its arguments: the same on every machine. Orders
 * that come from a seed are of algorithm version 1, specified in docs/FORMAT.md and frozen by
 * golden files.
 *
 * <p>{@link org.memmpy.index.RowIndex#map} is the hot path: whole runs of positions are translated
 * in place, layer by layer. Throws only the JDK's exceptions for the caller's mistakes.
 */
package org.memmpy.index;
