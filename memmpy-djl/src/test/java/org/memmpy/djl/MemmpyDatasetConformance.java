// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.RandomAccessDataset.BaseBuilder;

import org.junit.jupiter.api.Test;
import org.memmpy.index.RowIndex;
import org.memmpy.testing.DrawnPasses;
import org.memmpy.testing.LoaderModel.Delivered;
import org.memmpy.testing.LoaderModel.Row;

import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** What is asked of {@link MemmpyDataset} besides, with batches in memory of any kind. */
abstract class MemmpyDatasetConformance extends DatasetDraws {
    /** {@return where batches lie} */
    abstract Memory memory();

    @Override
    MemmpyDataset dataset(Content content, Consumer<BaseBuilder<?>> settings) {
        MemmpyDataset.Builder builder = builder(content);
        builder.optIndex(RowIndex.of(content.rows().stream().mapToLong(Long::longValue).toArray()));
        settings.accept(builder);
        return builder.build();
    }

    private MemmpyDataset.Builder builder(Content content) {
        MemmpyDataset.Builder builder = MemmpyDataset.builder().setTable(content.table());
        content.data().stream().map(Delivered::column).forEach(builder::addFeature);
        content.labels().stream().map(Delivered::column).forEach(builder::addLabel);
        return builder.optMemory(memory());
    }

    /** The same seed gives the same rows in the same order as without an adapter. */
    @Test
    void anyOrderOfAnyRowsIsThatOfTheBareLoader() {
        for (int round = 0; round < DRAWN; round++) {
            Random random = DrawnPasses.random(round);
            DrawnPasses passes = DrawnPasses.of(store, random);
            Content content = drawnContent(random, upTo(ROWS));
            MemmpyDataset dataset =
                    builder(content)
                            .setSampling(passes.batchSize(), false)
                            .optIndex(passes.index())
                            .optOrder(passes.order())
                            .optEnds(passes.ends())
                            .optShard(passes.rank(), passes.world())
                            .optEpoch(passes.epoch())
                            .optThreads(1 + random.nextInt(4))
                            .optPrefetchNumber(1 + random.nextInt(5))
                            .build();
            draw(
                    round + ": " + passes.told(),
                    () -> {
                        for (int pass = 0; pass < 2; pass++) {
                            check(content, dataset, passes.batches(store, passes.epoch() + pass));
                        }
                    });
        }
    }

    private void check(Content content, MemmpyDataset dataset, List<List<Row>> expected)
            throws Exception {
        Iterator<Batch> pass = dataset.getData(manager).iterator();
        for (List<Row> rows : expected) {
            assertTrue(pass.hasNext());
            try (Batch batch = pass.next()) {
                content.check(batch);
                List<Long> ids = rows.stream().map(Row::row).toList();
                assertEquals(ids, Content.ids(batch));
                assertEquals(
                        ids,
                        batch.getIndices().stream()
                                .map(position -> dataset.index().get((Long) position))
                                .toList());
            }
        }
        assertFalse(pass.hasNext());
    }
}
