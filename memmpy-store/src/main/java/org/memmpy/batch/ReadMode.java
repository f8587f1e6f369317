// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

/** What a pass does to read rows at a moment. */
public enum ReadMode {
    /** It copies from mappings and asks for nothing: what cached rows need. */
    PLAIN,

    /** It copies from mappings, and asks the system for the rows of coming batches. */
    ASK,

    /** It reads files by position, with several threads. */
    PREAD
}
