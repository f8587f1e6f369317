// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import org.memmpy.testing.LoaderModel;
import org.memmpy.testing.LoaderModel.Delivered;

import java.util.List;

/** Batches with a column whose rows stay where the file is mapped, where they can. */
class ViewsConformanceTest extends MemmpyDatasetConformance {
    @Override
    Memory memory() {
        return Memory.unsafeViews("wide");
    }

    @Override
    List<Delivered> required() {
        return List.of(LoaderModel.wide());
    }

    @Override
    boolean keepsDetached() {
        return false;
    }

    @Override
    boolean isWritable() {
        return false;
    }
}
