// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * The loops over elements and rows: read one, copy rows, convert rows, fill masked elements; take
 * statistics, count classes; hash keys, sort, merge and search their hashes.
 *
 * <p>Not exported, and hot: a loop here runs once per element of every batch. Everything is checked
 * by the caller before it, nothing in it; no allocation, no boxing. Statistics and key runs are for
 * whole arrays and allocate what they work in. Uses only the root package and {@code os}, so that
 * the store, the loader and the cuts can all stand on it.
 */
package org.memmpy.kernel;
