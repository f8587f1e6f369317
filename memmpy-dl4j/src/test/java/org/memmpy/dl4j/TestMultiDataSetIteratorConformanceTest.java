// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.TestMultiDataSetIterator;

/** ND4J's own iterator in memory, which shows that the suite asks for what DL4J promises. */
class TestMultiDataSetIteratorConformanceTest extends MultiDataSetIteratorConformance {
    @Override
    MultiDataSetIterator over(Content content, int batchSize) {
        MultiDataSet[] examples = new MultiDataSet[content.rows().size()];
        for (int row = 0; row < examples.length; row++) {
            examples[row] =
                    new MultiDataSet(
                            content.arrays(content.features(), row, row + 1),
                            content.arrays(content.labels(), row, row + 1));
        }
        return new TestMultiDataSetIterator(batchSize, examples);
    }

    /** It merges no examples. */
    @Override
    Class<? extends RuntimeException> exhausted() {
        return IndexOutOfBoundsException.class;
    }
}
