// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.DType.FLOAT32;
import static org.memmpy.DType.INT32;
import static org.memmpy.DType.UINT8;
import static org.memmpy.batch.Column.column;

import ai.djl.Model;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.RaggedType;
import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Ends;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.LoaderBuilder;
import org.memmpy.batch.LoaderState;
import org.memmpy.batch.MiniBatch;
import org.memmpy.djl.MemmpyDataset;
import org.memmpy.dl4j.MemmpyDataSetIterator;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.index.Split;
import org.memmpy.index.Splitter;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.Statistics;
import org.memmpy.store.Store;
import org.memmpy.store.Verification;
import org.memmpy.where.Cut;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What the README shows, word for word, does what it says. */
class TutorialTest {
    private static final int ROWS = 500;

    @TempDir private Path directory;

    @Test
    void theReadmesExamplesWork() throws Exception {
        Path path = directory.resolve("train.memmpy");
        byte[] images = new byte[ROWS * 28 * 28];
        int[] labels = new int[ROWS];
        for (int row = 0; row < ROWS; row++) {
            labels[row] = row % 10;
            java.util.Arrays.fill(
                    images,
                    row * 784 + labels[row] * 70,
                    row * 784 + labels[row] * 70 + 70,
                    (byte) 200);
        }

        // README: write
        try (Store store = Store.create(path)) {
            store.array("image", UINT8, 28, 28).append(images); // byte[], one row or many
            store.array("label", INT32).append(labels); // int[]
            store.commit(); // all arrays or none, and durable
        }
        // end

        try (Model model = Model.newInstance("tutorial");
                Trainer trainer = djlTrainer(model)) {
            // README: djl
            try (Store store = Store.open(path)) {
                Split rows = RowIndex.all(store.table().rows()).split(42, 0.8, 0.1, 0.1);
                MemmpyDataset.Builder images28 =
                        MemmpyDataset.builder()
                                .setTable(store.table())
                                .addFeature(column("image").as(FLOAT32).scale(1.0 / 255))
                                .addLabel(column("label"))
                                .setSampling(64, true)
                                .optSeed(42);
                MemmpyDataset train = images28.optIndex(rows.train()).build();
                MemmpyDataset valid = images28.optIndex(rows.valid()).build();
                EasyTrain.fit(trainer, 10, train, valid);
            }
            // end
            assertTrue(trainer.getTrainingResult().getValidateEvaluation("Accuracy") > 0.9f);
        }

        MultiLayerNetwork network = dl4jNetwork();
        // README: dl4j
        try (Store store = Store.open(path)) {
            Split rows = RowIndex.all(store.table().rows()).split(42, 0.8, 0.1, 0.1);
            MemmpyDataSetIterator.Builder images28 =
                    new MemmpyDataSetIterator.Builder(store.table())
                            .feature(column("image").as(FLOAT32).scale(1.0 / 255).flatten())
                            .label(column("label").oneHot(10))
                            .batchSize(64)
                            .shuffle(42);
            try (MemmpyDataSetIterator train = images28.index(rows.train()).build();
                    MemmpyDataSetIterator valid = images28.index(rows.valid()).build()) {
                network.fit(train, 10);
                System.out.println(network.evaluate(valid).accuracy());
            }
        }
        // end
        assertTrue(accuracyOf(network, path) > 0.9);

        // README: bare
        try (Store store = Store.open(path);
                BatchLoader loader =
                        BatchLoader.builder(store.table())
                                .column(column("image").as(FLOAT32).scale(1.0 / 255))
                                .column(column("label"))
                                .batchSize(64)
                                .shuffle(42)
                                .build();
                Epoch epoch = loader.epoch(0)) {
            for (MiniBatch batch : epoch) {
                try (batch) {
                    use(batch.segment(0), batch.segment(1)); // MemorySegments, off-heap
                }
            }
        }
        // end
        assertEquals(ROWS, used);
    }

    private long used;

    private void use(
            java.lang.foreign.MemorySegment images, java.lang.foreign.MemorySegment labels) {
        assertEquals(784 * labels.byteSize(), images.byteSize());
        used += labels.byteSize() / Integer.BYTES;
    }

    private static double accuracyOf(MultiLayerNetwork network, Path path) throws IOException {
        try (Store store = Store.open(path);
                MemmpyDataSetIterator all =
                        new MemmpyDataSetIterator.Builder(store.table())
                                .feature(column("image").as(FLOAT32).scale(1.0 / 255).flatten())
                                .label(column("label").oneHot(10))
                                .build()) {
            return network.evaluate(all).accuracy();
        }
    }

    @Test
    void theReadmesExampleOfAStoreWorks() throws Exception {
        Path path = directory.resolve("run.memmpy");
        Path pack = directory.resolve("run.npz");
        // README: store
        try (Store store = Store.create(path)) { // a table: columns of equal length
            store.array("pt", FLOAT32).append(new float[] {31.5f, 52.25f, 47f});
            FloatBuffer mass = FloatBuffer.wrap(new float[] {1.5f, 0, 2});
            store.masked("mass", FLOAT32).append(mass, new boolean[] {false, true, false});
            RaggedArray jets = store.ragged("jets", RaggedType.of(FLOAT32).keyed());
            jets.put("event 7", new float[] {30, 25}); // of any length, found by its key
            jets.put("event 8", new float[0]);
            jets.put("event 9", new float[] {20});
            store.attributes("pt").set("unit", "GeV").set("cuts", Map.of("min", 25));
            store.putValue("meta/notes", "first run");
            store.commit();

            Statistics pt = Statistics.of(store.array("pt")); // one pass, and cached
            store.derive("pt scaled", FLOAT32).from("pt").normalized(pt);
            store.rename("meta/notes", "meta/log");
            store.commit(); // one generation; readers keep the one that they have
            store.vacuum(); // frees what nobody needs, and says how much
        }
        try (Store store = Store.open(path)) {
            long row = store.ragged("jets").row("event 9");
            float[] jets = store.ragged("jets").getFloats(row);
            boolean sound = store.verify(Verification.all()).isSound(); // every block's CRC-32C
            store.pack(pack); // one .npz: for numpy.load, unzip, and Store.open
            assertTrue(sound && row == 2 && jets[0] == 20);
        }
        // end
        try (Store store = Store.open(pack)) {
            assertEquals("first run", store.value("meta/log"));
            assertEquals(0, store.array("pt scaled").getDouble(0) + 1.3, 0.1);
        }
    }

    @Test
    void theReadmesCutWorks() throws Exception {
        try (Store store = Store.create(directory.resolve("cut.memmpy"))) {
            store.array("nJets", INT32).append(new int[] {6, 7, 2});
            store.array("pt", FLOAT32).append(new float[] {30, 20, 40});
            store.commit();
            // README: cut
            RowIndex hard =
                    Cut.parse("(nJets >= 6) & (pt > ptmin)").with("ptmin", 25).rows(store.table());
            // end
            assertEquals(1, hard.size());
        }
    }

    @Test
    void theReadmesOrderWorks() throws Exception {
        long rows = 300;
        int rank = 1;
        int world = 4;
        String saved = null;
        try (Store store = Store.create(directory.resolve("order.memmpy"))) {
            store.array("image", UINT8, 2).append(new byte[600]);
            store.array("label", INT32).append(new int[300]);
            store.commit();
            // README: order
            // or grouped, stable under appends, contiguous, random; and folds
            Splitter splitter = Splitter.stratified(store.array("label"), 42);
            RowIndex train = splitter.split(RowIndex.all(rows), 0.8, 0.2).train();
            // or shuffled, weighted, balanced; this one is for disks that hate random reads
            Order order = Order.blocks(42, 16, 8);
            LoaderBuilder builder =
                    BatchLoader.builder(store.table())
                            .column(column("image"))
                            .index(train)
                            .order(order)
                            .batchSize(64) // of all ranks together
                            .shard(rank, world)
                            .ends(Ends.WRAP);
            LoaderState from = saved == null ? null : LoaderState.fromJson(saved);
            try (BatchLoader loader = builder.build();
                    Epoch epoch = from == null ? loader.epoch(0) : loader.resume(from)) {
                while (epoch.hasNext()) {
                    epoch.next().close(); // train on it
                    saved = epoch.state().toJson(); // to be kept beside the model's checkpoint
                }
            }
            // end
            assertTrue(LoaderState.fromJson(saved).ended());
            assertEquals(240, LoaderState.fromJson(saved).rows());
        }
    }

    private static Trainer djlTrainer(Model model) {
        model.setBlock(
                new SequentialBlock()
                        .add(Blocks.batchFlattenBlock(28 * 28))
                        .add(Linear.builder().setUnits(10).build()));
        Trainer trainer =
                model.newTrainer(
                        new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                                .addEvaluator(new Accuracy())
                                .addTrainingListeners(TrainingListener.Defaults.basic()));
        trainer.initialize(new Shape(1, 28, 28));
        return trainer;
    }

    private static MultiLayerNetwork dl4jNetwork() {
        MultiLayerNetwork network =
                new MultiLayerNetwork(
                        new NeuralNetConfiguration.Builder()
                                .seed(1)
                                .updater(new Adam(0.01))
                                .list()
                                .layer(
                                        new OutputLayer.Builder()
                                                .nIn(784)
                                                .nOut(10)
                                                .activation(Activation.SOFTMAX)
                                                .build())
                                .build());
        network.init();
        return network;
    }

    /** Whoever changes one changes the other. */
    @Test
    void theReadmeQuotesThisTest() throws Exception {
        String readme = Files.readString(Path.of("../README.md"));
        List<String> source =
                Files.readAllLines(Path.of("src/test/java/org/memmpy/samples/TutorialTest.java"));
        int examples = 0;
        for (int start = 0; start < source.size(); start++) {
            if (source.get(start).strip().startsWith("// README: ")) {
                int end = start;
                while (!source.get(end).strip().equals("// end")) {
                    end++;
                }
                String example = String.join("\n", source.subList(start + 1, end)).stripIndent();
                assertTrue(readme.contains(example), "the README does not show:\n" + example);
                examples++;
            }
        }
        assertEquals(7, examples);
    }
}
