// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import org.junit.jupiter.api.condition.EnabledIf;
import org.memmpy.os.PageFile;
import org.memmpy.testing.LoaderModel;
import org.memmpy.testing.LoaderModel.Delivered;

import java.util.List;

/** Batches with a column whose rows are mapped one behind the other. */
@EnabledIf(value = "isSupported", disabledReason = "pages are mapped on Linux only")
class RemappedMemoryConformanceTest extends MemmpyDatasetConformance {
    static boolean isSupported() {
        return PageFile.isSupported();
    }

    @Override
    Memory memory() {
        return Memory.unsafeRemapped("wide");
    }

    @Override
    List<Delivered> required() {
        return List.of(LoaderModel.wide());
    }

    @Override
    boolean keepsDetached() {
        return false;
    }
}
