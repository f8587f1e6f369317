// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Ways to bring located rows into memory that is given: by copies from mappings, whose rows the
 * system may be asked for ahead, or by threads that read files by position.
 *
 * <p>Not exported. Each way does what it is told, and none knows of the others: which one a pass
 * takes is decided above, in the words of {@code ReadPolicy} and {@code ReadMode}. {@link
 * org.memmpy.batch.read.BatchReader}s are called by any threads at once, and their owner closes
 * them when none reads. The threads of this package, {@code memmpy-ahead} and those of {@link
 * org.memmpy.batch.read.PositionalReader}, belong to one pass and end with it. Uses {@code column},
 * and {@code os} for what is asked of the system.
 */
package org.memmpy.batch.read;
