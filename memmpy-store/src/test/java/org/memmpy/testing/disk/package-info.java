// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

/**
 * A disk that loses power, on top of the real one, as Lucene's {@code MockDirectoryWrapper}.
 *
 * <p>{@link org.memmpy.testing.disk.JournalDisk} does everything on the real file system and notes
 * it. {@link org.memmpy.testing.disk.Platter} replays the notes and tells what is durable from what
 * is not. A {@link org.memmpy.testing.disk.Fate} decides what happens to the latter.
 */
package org.memmpy.testing.disk;
