// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import static org.memmpy.batch.Column.column;

import org.deeplearning4j.datasets.iterator.file.FileDataSetIterator;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.memmpy.benchmarks.race.Race;
import org.memmpy.dl4j.MemmpyDataSetIterator;
import org.memmpy.dl4j.Memory;
import org.memmpy.index.RowIndex;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Table;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * {@code DataSet}s of Deeplearning4j, shuffled, dropped when they were read; nothing is computed.
 */
final class Dl4jContenders implements AutoCloseable {
    private static final int LISTED = 20_000;
    private static final long LISTED_BYTES = 256L << 20;
    private static final long SAVED_BYTES = 128L << 20;

    private final Table table;
    private final int batch;
    private final Reader reader;
    private final List<MemmpyDataSetIterator> open = new ArrayList<>();

    Dl4jContenders(Table table, int batch, Reader reader) {
        this.table = table;
        this.batch = batch;
        this.reader = reader;
    }

    /**
     * {@return {@code MemmpyDataSetIterator}, which gathers ahead with threads of its own}
     *
     * @param memory where batches lie
     */
    Race.Turn mapped(Memory memory) {
        MemmpyDataSetIterator mapped =
                new MemmpyDataSetIterator.Builder(table)
                        .feature(column("x"))
                        .label(column("y"))
                        .batchSize(batch)
                        .shuffle(1)
                        .memory(memory)
                        .build();
        open.add(mapped);
        return Stopwatch.warmed(
                round -> {
                    mapped.epoch(round + 1);
                    return speed(mapped);
                });
    }

    private static INDArray inRam(MappedArray from) {
        INDArray array = Nd4j.createUninitialized(from.rowType().shape(from.rows()));
        from.read(0, MemorySegment.ofBuffer(array.data().pointer().asByteBuffer()));
        return array;
    }

    /**
     * {@return {@code ListDataSetIterator} over at most {@link #LISTED} examples in RAM} They are
     * made before and forgotten after each turn: beside a full heap all who need collections would
     * be slow.
     */
    Race.Turn listed() {
        return Stopwatch.warmed(this::listed);
    }

    private double listed(int round) throws IOException {
        MappedArray from = table.array("x");
        int elements = (int) from.rowType().elements();
        long most = Math.min(LISTED, LISTED_BYTES / from.rowType().bytes());
        float[] x = new float[elements];
        List<DataSet> examples = new ArrayList<>();
        for (int row = 0; row < Math.min(most, from.rows()); row++) {
            from.read(row, x);
            examples.add(
                    new DataSet(
                            Nd4j.createFromArray(new float[][] {x}),
                            Nd4j.createFromArray(new float[][] {{0}})));
        }
        Collections.shuffle(examples, new Random(round));
        return speed(new ListDataSetIterator<>(examples, batch));
    }

    /** {@return {@code INDArray.pullRows} from all rows in RAM} */
    Race.Turn pulled() {
        INDArray x = inRam(table.array("x"));
        INDArray y = inRam(table.array("y"));
        return Stopwatch.warmed(round -> pulled(x, y, round));
    }

    private double pulled(INDArray x, INDArray y, int round) throws IOException {
        RowIndex order = RowIndex.all(table.rows()).shuffle(round);
        System.gc();
        long[] rows = new long[batch];
        int[] numbers = new int[batch];
        long[] at = {0};
        return Stopwatch.rowsPerSecond(
                () -> {
                    if (at[0] + batch > order.size()) {
                        return 0;
                    }
                    order.fill(at[0], rows, 0, batch);
                    at[0] += batch;
                    for (int i = 0; i < batch; i++) {
                        numbers[i] = (int) rows[i];
                    }
                    return new DataSet(Nd4j.pullRows(x, 1, numbers), Nd4j.pullRows(y, 1, numbers))
                            .numExamples();
                });
    }

    /**
     * {@return {@code FileDataSetIterator} over batches that were saved before, at most {@link
     * #SAVED_BYTES}: their files come in another order, their rows do not}
     *
     * @param directory where to; empty
     */
    Race.Turn saved(Path directory) {
        File saved = directory.toFile();
        save(inRam(table.array("x")), inRam(table.array("y")), saved);
        return Stopwatch.warmed(
                round -> speed(new FileDataSetIterator(saved, true, new Random(round), -1, "bin")));
    }

    private void save(INDArray x, INDArray y, File folder) {
        RowIndex order = RowIndex.all(table.rows()).shuffle(0);
        long rowBytes = table.array("x").rowType().bytes();
        long batches = Math.max(2, SAVED_BYTES / (batch * rowBytes));
        long[] rows = new long[batch];
        for (int i = 0; i < Math.min(batches, table.rows() / batch); i++) {
            order.fill((long) i * batch, rows, 0, batch);
            int[] numbers = new int[batch];
            for (int j = 0; j < batch; j++) {
                numbers[j] = (int) rows[j];
            }
            new DataSet(Nd4j.pullRows(x, 1, numbers), Nd4j.pullRows(y, 1, numbers))
                    .save(new File(folder, i + ".bin"));
        }
    }

    /** What others left for the collector is not to be paid for here. */
    private double speed(DataSetIterator batches) throws IOException {
        System.gc();
        return Stopwatch.rowsPerSecond(() -> batches.hasNext() ? take(batches.next()) : 0);
    }

    private int take(DataSet taken) {
        reader.read(() -> MemorySegment.ofBuffer(taken.getFeatures().data().asNio()));
        return taken.numExamples();
    }

    @Override
    public void close() {
        open.forEach(MemmpyDataSetIterator::close);
    }
}
