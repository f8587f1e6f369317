// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.junit.jupiter.api.condition.EnabledIf;
import org.memmpy.os.PageFile;
import org.memmpy.testing.LoaderModel;
import org.memmpy.testing.LoaderModel.Delivered;

import java.util.ArrayList;
import java.util.List;

/** MultiDataSets of rows that are mapped one behind the other, for some more of them. */
@EnabledIf(value = "isSupported", disabledReason = "pages are mapped on Linux only")
class RemappedMultiConformanceTest extends MemmpyMultiDataSetIteratorConformance {
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
        List<Delivered> features = new ArrayList<>(content.features());
        features.add(0, LoaderModel.wide());
        return super.fitting(
                new Content(content.table(), features, content.labels(), content.rows()));
    }

    @Override
    int keeps() {
        return BATCHES;
    }
}
