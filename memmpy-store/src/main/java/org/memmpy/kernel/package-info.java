// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * The loops over elements and rows: read one, copy rows, convert rows.
 *
 * <p>Not exported, and hot: a loop here runs once per element of every batch. Everything is checked
 * by the caller before it, nothing in it; no allocation, no boxing. Uses only the root package, so
 * that the store, the loader and the cuts can all stand on it.
 */
package org.memmpy.kernel;
