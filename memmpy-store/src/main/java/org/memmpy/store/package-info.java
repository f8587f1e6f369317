// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * Stores: directories of memory-mapped arrays that are committed together.
 *
 * <p>{@link org.memmpy.store.Store} owns files and mappings and is closed by whoever opened it;
 * {@link org.memmpy.store.Table} and {@link org.memmpy.store.MappedArray} are views of it that need
 * no closing. A view used after its store was closed throws {@link IllegalStateException}.
 *
 * <p>Reading is safe from any thread at any time. Writing is safe from any thread too, but one at a
 * time is served. What a writer appended is seen, by itself too, when it was committed.
 *
 * <p>Throws {@link java.io.IOException} where the file system fails, {@link
 * org.memmpy.CorruptStoreException} where files are not what the manifest says, {@link
 * org.memmpy.StoreLockedException} where another writer is at work.
 */
package org.memmpy.store;
