// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Feeds a memmpy store to DJL: {@link org.memmpy.djl.MemmpyDataset} stands where {@code
 * ArrayDataset} stood.
 *
 * <p>A batch's life: the loader's threads gather rows into arrays that belong to no manager; the
 * consumer's call to {@code next} attaches them to the batch's manager, which descends from the one
 * given to {@code getData}; closing the batch, the pass's end or that manager closes them. Nobody
 * ever writes into an array that a manager owns, so closing a manager is safe at any time and from
 * any thread.
 *
 * <p>What becomes of arrays before they are a batch is {@code Processing} (pipelines, batchifiers,
 * device), who gives them away {@code Delivery}. Where they lie is said by {@link
 * org.memmpy.djl.Memory}: a {@code PassMemory} is that of one pass: the engine's, a device's, or
 * the loader's own.
 *
 * <p>A dataset may be used from any thread, and several passes over it may run at once; each has
 * one consumer at a time. What goes wrong while gathering is thrown by the consumer's next call, as
 * {@link org.memmpy.MemmpyException}; a manager closed too early is an {@link
 * IllegalStateException} there.
 *
 * <p>The hot path is the store's gather; here, a batch costs an array a column and no copy.
 */
package org.memmpy.djl;
