// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.RandomAccessDataset.BaseBuilder;

import org.junit.jupiter.api.Test;

import java.util.function.Consumer;

/** DJL's own dataset in memory, which shows that the suite asks for what DJL promises. */
class ArrayDatasetConformanceTest extends DatasetDraws {
    @Override
    RandomAccessDataset dataset(Content content, Consumer<BaseBuilder<?>> settings) {
        ArrayDataset.Builder builder =
                new ArrayDataset.Builder().setData(content.arrays(manager, content.data()));
        if (!content.labels().isEmpty()) {
            builder.optLabels(content.arrays(manager, content.labels()));
        }
        settings.accept(builder);
        return builder.build();
    }

    @Override
    boolean holdsRagged() {
        return false;
    }

    /** Rows that follow one another in a part are looked up as if the dataset was not shuffled. */
    @Test
    @Override
    void batchesOfASplitAreOfItsRows() {
        assertThrows(AssertionError.class, super::batchesOfASplitAreOfItsRows);
    }

    /** Batches of rows that follow one another are views of the dataset. */
    @Test
    @Override
    void aBatchChangedInPlaceChangesNoOther() {
        assertThrows(AssertionError.class, super::aBatchChangedInPlaceChangesNoOther);
    }
}
