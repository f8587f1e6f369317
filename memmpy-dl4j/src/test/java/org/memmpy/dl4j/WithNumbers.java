// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.memmpy.DType.FLOAT32;
import static org.memmpy.batch.Column.column;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.index.RowIndex;
import org.memmpy.index.Split;
import org.memmpy.store.Store;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** A table of bytes of two numbers, whether they are in the same half, and their sum. */
@ExtendWith(OneEngineThread.class)
abstract class WithNumbers {
    static final int ROWS = 2000;

    @TempDir Path folder;
    Store store;

    /** For training, 1,600 rows, and for tests, 400. */
    Split parts;

    @BeforeEach
    void write() throws IOException {
        SplittableRandom random = new SplittableRandom(11);
        byte[] x = new byte[2 * ROWS];
        int[] same = new int[ROWS];
        double[] sum = new double[ROWS];
        for (int r = 0; r < ROWS; r++) {
            int a = random.nextInt(256);
            int b = random.nextInt(256);
            x[2 * r] = (byte) a;
            x[2 * r + 1] = (byte) b;
            same[r] = (a < 128) == (b < 128) ? 1 : 0;
            sum[r] = (a + b) / 512.0;
        }
        Path path = folder.resolve("numbers.memmpy");
        try (Store writer = Store.create(path)) {
            writer.array("x", DType.UINT8, 2).append(x);
            writer.array("same", DType.INT32).append(same);
            writer.array("sum", DType.FLOAT64).append(sum);
            writer.commit();
        }
        store = Store.open(path);
        parts = RowIndex.all(ROWS).split(1, 0.8, 0.2);
    }

    @AfterEach
    void close() {
        store.close();
    }

    MemmpyDataSetIterator.Builder builder(int part) {
        return new MemmpyDataSetIterator.Builder(store.table())
                .feature(column("x").as(FLOAT32))
                .label(column("same").oneHot(2))
                .index(parts.get(part))
                .batchSize(100)
                .labels(List.of("apart", "together"));
    }

    static MultiLayerNetwork network(
            WorkspaceMode mode, int outputs, Activation activation, LossFunction loss) {
        MultiLayerNetwork network =
                new MultiLayerNetwork(
                        new NeuralNetConfiguration.Builder()
                                .seed(3)
                                .updater(new Adam(0.05))
                                .trainingWorkspaceMode(mode)
                                .inferenceWorkspaceMode(mode)
                                .list()
                                .layer(
                                        new DenseLayer.Builder()
                                                .nIn(2)
                                                .nOut(16)
                                                .activation(Activation.TANH)
                                                .build())
                                .layer(
                                        new OutputLayer.Builder(loss)
                                                .nIn(16)
                                                .nOut(outputs)
                                                .activation(activation)
                                                .build())
                                .build());
        network.init();
        return network;
    }
}
