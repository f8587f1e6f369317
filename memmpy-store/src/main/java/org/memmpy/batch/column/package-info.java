// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Columns that were found in their tables: where a batch's rows are, and what becomes of them.
 *
 * <p>{@link org.memmpy.batch.column.DenseDelivery} and {@link
 * org.memmpy.batch.column.RaggedDelivery} make a {@link org.memmpy.batch.column.BoundColumn} of
 * what a user said. {@link org.memmpy.batch.column.Pins} leases the rows of all columns of a pass
 * in one generation; {@link org.memmpy.batch.column.BatchRows} finds those of a batch among them,
 * as {@link org.memmpy.batch.column.Extents}. Everything is checked until then: what is located is
 * gathered by one loop of the kernel, of any memory that has the extents.
 *
 * <p>Not exported, and the lowest layer of the loader: it starts no thread and takes no memory for
 * rows, and knows neither who reads nor where to. Safe from any thread, but for {@code BatchRows}.
 * {@link org.memmpy.batch.column.Guard} names column and batch in what is thrown.
 */
package org.memmpy.batch.column;
