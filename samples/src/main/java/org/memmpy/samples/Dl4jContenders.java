// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.memmpy.batch.Column.column;

import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.memmpy.dl4j.MemmpyDataSetIterator;
import org.memmpy.store.Table;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Deeplearning4j's iterator over a list of examples, and ours. */
final class Dl4jContenders {
    static final String LIST = "DL4J ListDataSetIterator";
    static final String MEMMPY = "DL4J MemmpyDataSetIterator";

    /** An example is two arrays of their own: a million would take gigabytes of heap. */
    private static final int LISTED = 100_000;

    private Dl4jContenders() {}

    static List<Contender> of(Table table) {
        Contender listed = new Listed(table, (int) Math.min(LISTED, table.rows()));
        return List.of(listed, new Mapped(table));
    }

    private static long pass(DataSetIterator batches) {
        long rows = 0;
        while (batches.hasNext()) {
            rows += batches.next().numExamples();
        }
        return rows;
    }

    private static final class Listed implements Contender {
        private final Table table;
        private final int rows;
        private final List<DataSet> examples = new ArrayList<>();

        Listed(Table table, int rows) {
            this.table = table;
            this.rows = rows;
        }

        @Override
        public void prepare() {
            float[] x = new float[(int) table.array("x").rowType().elements()];
            float[] y = new float[1];
            for (int row = 0; row < rows; row++) {
                table.array("x").read(row, x);
                table.array("y").read(row, y);
                examples.add(
                        new DataSet(
                                Nd4j.createFromArray(new float[][] {x}),
                                Nd4j.createFromArray(new float[][] {y})));
            }
        }

        @Override
        public String name() {
            return LIST;
        }

        @Override
        public String rival() {
            return LIST;
        }

        @Override
        public long pass(long epoch) {
            Collections.shuffle(examples, new Random(epoch));
            return Dl4jContenders.pass(new ListDataSetIterator<>(examples, Throughput.BATCH));
        }

        @Override
        public void cleanUp() {
            examples.clear();
        }

        @Override
        public void close() {}
    }

    private static final class Mapped implements Contender {
        private final MemmpyDataSetIterator batches;

        Mapped(Table table) {
            this.batches =
                    new MemmpyDataSetIterator.Builder(table)
                            .feature(column("x"))
                            .label(column("y"))
                            .batchSize(Throughput.BATCH)
                            .shuffle(Throughput.SEED)
                            .build();
        }

        @Override
        public String name() {
            return MEMMPY;
        }

        @Override
        public String rival() {
            return LIST;
        }

        @Override
        public long pass(long epoch) {
            batches.epoch(epoch);
            return Dl4jContenders.pass(batches);
        }

        @Override
        public void close() {
            batches.close();
        }
    }
}
