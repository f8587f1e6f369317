// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

import java.util.ArrayList;
import java.util.List;

/** DL4J's own iterator in memory, which shows that the suite asks for what DL4J promises. */
class ListDataSetIteratorConformanceTest extends DataSetIteratorConformance {
    @Override
    DataSetIterator over(Content content, int batchSize) {
        List<DataSet> examples = new ArrayList<>();
        for (int row = 0; row < content.rows().size(); row++) {
            examples.add(
                    new DataSet(
                            content.arrays(content.features(), row, row + 1)[0],
                            content.arrays(content.labels(), row, row + 1)[0]));
        }
        return new ListDataSetIterator<>(examples, batchSize);
    }

    /** It merges no examples. */
    @Override
    Class<? extends RuntimeException> exhausted() {
        return IllegalArgumentException.class;
    }
}
