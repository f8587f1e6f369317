// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Minibatches: the rows of an index, gathered into off-heap memory ahead of the consumer.
 *
 * <p>{@link org.memmpy.batch.BatchLoader} owns threads and memory and is closed by whoever built
 * it; each {@link org.memmpy.batch.Epoch} of it is one pass, and each {@link
 * org.memmpy.batch.MiniBatch} is lent to the consumer until it closes it. The order of rows depends
 * on the index, the seed and the epoch, never on threads.
 *
 * <p>An epoch has one consumer at a time; {@code close} may come from any thread. Several loaders
 * and several epochs may run over one store at once. What goes wrong in a loader's thread is thrown
 * by the consumer's next call.
 *
 * <p>Here is what users name, and the pipeline: who takes which batch, memory for it, how to read.
 * What that stands on is below and not exported: {@code column}, which rows a batch has of a column
 * and what becomes of them; {@code read}, the ways to bring them into memory; {@code place}, rows
 * delivered without a copy. None of them uses this package.
 */
package org.memmpy.batch;
