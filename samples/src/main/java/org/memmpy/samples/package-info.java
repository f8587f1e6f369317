// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Programs that train, written to be copied from. Each is started from the project's root, for
 * example with {@code mvn -q compile -pl samples -am -Dsample=FashionMnist}.
 *
 * <ul>
 *   <li>{@link org.memmpy.samples.FashionMnist}: one store, two engines, the same rows in the same
 *       order.
 *   <li>{@link org.memmpy.samples.DjlTable}, {@link org.memmpy.samples.Dl4jTable}: a table, of
 *       which a cut chooses rows; k-fold cross-validation.
 *   <li>{@link org.memmpy.samples.DjlSequences}, {@link org.memmpy.samples.Dl4jSequences}: rows of
 *       different lengths, padded, with masks.
 *   <li>{@link org.memmpy.samples.DjlResume}, {@link org.memmpy.samples.Dl4jResume}: go on after an
 *       interruption, to the batch.
 *   <li>{@link org.memmpy.samples.LargerThanHeap}: trains from 4 GiB with a heap of 256 MiB.
 *   <li>{@link org.memmpy.samples.Throughput}: how fast batches reach each engine, beside what the
 *       engine brings itself.
 * </ul>
 *
 * <p>To see how an engine is fed, read {@code DjlClassifier} or {@code Dl4jClassifier}; to see how
 * data gets into a store, {@code FashionImages}, {@code AugmentedImages}, {@code Customers} and
 * {@code Gestures}. The rest prints.
 */
package org.memmpy.samples;
