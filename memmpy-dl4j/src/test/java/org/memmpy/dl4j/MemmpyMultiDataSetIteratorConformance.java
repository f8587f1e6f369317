// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.memmpy.DType;
import org.memmpy.index.RowIndex;
import org.memmpy.testing.LoaderModel;
import org.memmpy.testing.LoaderModel.Delivered;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

import java.util.List;

/** {@link MemmpyMultiDataSetIterator} with batches in memory of any kind. */
abstract class MemmpyMultiDataSetIteratorConformance extends MultiDataSetIteratorConformance {
    /** {@return where batches lie} */
    abstract Memory memory();

    private MemmpyMultiDataSetIterator.Builder builder(Content content) {
        MemmpyMultiDataSetIterator.Builder builder =
                new MemmpyMultiDataSetIterator.Builder(content.table()).memory(memory());
        content.features().stream().map(Delivered::column).forEach(builder::feature);
        content.labels().stream().map(Delivered::column).forEach(builder::label);
        return builder;
    }

    @Override
    MultiDataSetIterator over(Content content, int batchSize) {
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

    /** Jagged rows as recurrent layers want them, of batches and pieces of any length. */
    @Test
    void sequencesAndTheirMasks() {
        Delivered steps = ragged("padToLongest()", DType.FLOAT32);
        Delivered mask = ragged("padToLongest().mask().as(FLOAT32)", DType.FLOAT32);
        Content content =
                content(
                        List.of(LoaderModel.id()),
                        List.of(LoaderModel.id()),
                        upTo(ROWS).reversed());
        MemmpyMultiDataSetIterator.Builder builder = builder(content);
        try (MemmpyMultiDataSetIterator iterator =
                builder.featureSequence(steps.column())
                        .index(RowIndex.all(ROWS).reverse())
                        .batchSize(20)
                        .build()) {
            for (int pass = 0; pass < 2; pass++) {
                for (int from : content.starts(20)) {
                    MultiDataSet batch = iterator.next();
                    int last = batch.numFeatureArrays() - 1;
                    INDArray features = batch.getFeatures(last);
                    List<Long> rows = content.cut(from, 20);
                    assertEquals(2, features.size(1));
                    assertArrayEquals(
                            steps.expected().of(Content.model(rows)),
                            Content.bytes(features.permute(0, 2, 1)));
                    assertArrayEquals(
                            mask.expected().of(Content.model(rows)),
                            Content.bytes(batch.getFeaturesMaskArray(last)));
                }
                iterator.reset();
            }
        }
    }

    private static Delivered ragged(String form, DType dtype) {
        String name = "column(\"r_%s\").%s".formatted(dtype, form);
        return LoaderModel.all().stream()
                .filter(each -> each.column().toString().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
