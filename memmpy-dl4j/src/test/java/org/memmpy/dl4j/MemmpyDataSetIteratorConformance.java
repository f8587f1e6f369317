// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.junit.jupiter.api.Test;
import org.memmpy.index.RowIndex;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** {@link MemmpyDataSetIterator} with batches in memory of any kind. */
abstract class MemmpyDataSetIteratorConformance extends DataSetIteratorConformance {
    /** {@return where batches lie} */
    abstract Memory memory();

    private MemmpyDataSetIterator.Builder builder(Content content) {
        return new MemmpyDataSetIterator.Builder(content.table())
                .feature(content.features().get(0).column())
                .label(content.labels().get(0).column())
                .memory(memory());
    }

    @Override
    DataSetIterator over(Content content, int batchSize) {
        return builder(content)
                .index(RowIndex.of(content.rows().stream().mapToLong(Long::longValue).toArray()))
                .batchSize(batchSize)
                .build();
    }

    @Test
    void anyOrderOfAnyRowsIsThatOfTheBareLoader() throws Exception {
        checkBareLoadersOrder(
                (content, passes, random) -> told(builder(content), passes, random).build());
    }
}
