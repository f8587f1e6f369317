// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

/**
 * How a loader reads rows that are not in memory. The rows are the same in any way; only the time
 * differs.
 */
public enum ReadPolicy {
    /**
     * From mappings, and the system is asked for the rows of coming batches before they are copied.
     * The fastest way on disks of this machine. Without native access nothing can be asked, and
     * rows that are not cached come one after the other.
     */
    MAPPED,

    /**
     * By threads that read files by position. For network file systems, and where native access is
     * denied; rows that are cached come more slowly.
     */
    PREAD,

    /**
     * Measures, and does what is best at the moment: copies from mappings and asks for nothing
     * where rows are cached, and one of the other policies where they are not. {@link
     * LoaderStats#reads} says which.
     */
    AUTO
}
