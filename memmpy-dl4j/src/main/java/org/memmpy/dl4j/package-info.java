// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Feeds the rows of a memmpy table to Deeplearning4j: {@link org.memmpy.dl4j.MemmpyDataSetIterator}
 * stands where another {@code DataSetIterator} stood, and {@link
 * org.memmpy.dl4j.MemmpyMultiDataSetIterator} where a {@code MultiDataSetIterator} did.
 *
 * <p><b>Ownership.</b> The iterator owns its loader and the loader's threads, and is closed by
 * whoever built it; it never owns the store. The arrays that it delivers own their memory: they
 * stay right for as long as they, or any view of them, are reachable, also after the iterator or
 * the store was closed, and may be changed in place. Nobody closes them: a batch's memory holds
 * another batch once the collector has found its arrays unreachable. Nothing here is a view of a
 * mapped file. Whoever can promise more than that chooses another {@link org.memmpy.dl4j.Memory},
 * of which the names begin with {@code unsafe}.
 *
 * <p><b>Threads.</b> One consumer at a time, which need not always be the same thread. {@code
 * close} may come from any thread at any time. Rows are gathered by the loader's threads; arrays
 * are made, and the preprocessor runs, on the consumer's.
 *
 * <p><b>Errors.</b> What goes wrong while gathering is thrown by {@code next}, as an {@link
 * org.memmpy.MemmpyException}; no thread ever waits for a batch that will not come.
 *
 * <p>Runs on ND4J's CPU backend. ND4J is touched for making arrays in one class, {@code
 * Nd4jArrays}.
 */
package org.memmpy.dl4j;
