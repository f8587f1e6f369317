// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.memmpy.DType.FLOAT32;
import static org.memmpy.batch.Column.column;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.nn.LambdaBlock;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.NoopTranslator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** A model that answers for the rows of a cut, batch by batch. */
@ExtendWith(NoLoaderThreads.class)
class InferenceTest extends WithImages {
    private static final int ROWS = 1000;

    InferenceTest() {
        super(ROWS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void batchesOfACutFeedAPredictor(boolean pooled) throws Exception {
        MemmpyDataset rows =
                MemmpyDataset.builder()
                        .setStore(store)
                        .addFeature(column("half").as(FLOAT32))
                        .optCut("kind == 1")
                        .setSampling(64, false)
                        .optMemory(pooled ? Memory.unsafePooled() : Memory.engine())
                        .build();
        List<Long> answered = new ArrayList<>();
        try (Model model = Model.newInstance("sum of a row")) {
            model.setBlock(new LambdaBlock(in -> new NDList(in.head().sum(new int[] {1}))));
            try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator())) {
                for (Batch batch : rows.getData(manager)) {
                    try (batch) {
                        float[] sums = predictor.predict(batch.getData()).head().toFloatArray();
                        for (int i = 0; i < sums.length; i++) {
                            long row = rows.index().get((Long) batch.getIndices().get(i));
                            assertEquals(1.5f * row, sums[i]);
                            answered.add(row);
                        }
                    }
                }
            }
        }
        assertEquals(LongStream.range(0, ROWS).filter(r -> r % 3 == 1).boxed().toList(), answered);
    }

    @Test
    void aPredictorStacksRecordsByItself() throws Exception {
        MemmpyDataset rows =
                MemmpyDataset.builder()
                        .setStore(store)
                        .addFeature(column("half"))
                        .setSampling(1, false)
                        .build();
        try (Model model = Model.newInstance("sum of a row")) {
            model.setBlock(new LambdaBlock(in -> new NDList(in.head().sum(new int[] {1}))));
            try (Predictor<NDList, NDList> predictor =
                    model.newPredictor(new NoopTranslator(ai.djl.translate.Batchifier.STACK))) {
                List<NDList> records =
                        List.of(rows.get(manager, 4).getData(), rows.get(manager, 10).getData());
                List<NDList> sums = predictor.batchPredict(records);
                assertEquals(6f, sums.get(0).head().getFloat());
                assertEquals(15f, sums.get(1).head().getFloat());
            }
        }
    }
}
