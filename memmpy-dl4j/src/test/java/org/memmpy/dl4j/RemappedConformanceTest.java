// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.junit.jupiter.api.condition.EnabledIf;
import org.memmpy.os.PageFile;

/** DataSets of rows that are mapped one behind the other, for some more of them. */
@EnabledIf(value = "isSupported", disabledReason = "pages are mapped on Linux only")
class RemappedConformanceTest extends MemmpyDataSetIteratorConformance {
    private static final int BATCHES = 11; // three more than the longest queue

    static boolean isSupported() {
        return PageFile.isSupported();
    }

    @Override
    Memory memory() {
        return Memory.unsafeRemapped(BATCHES, "wide");
    }

    @Override
    Content fitting(Content content) {
        return super.fitting(content.withWide());
    }

    @Override
    int keeps() {
        return BATCHES;
    }
}
