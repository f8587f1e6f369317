// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import static org.memmpy.batch.Column.column;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import ai.djl.translate.TranslateException;
import ai.djl.util.Progress;

import org.memmpy.benchmarks.race.Race;
import org.memmpy.djl.MemmpyDataset;
import org.memmpy.djl.Memory;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Table;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;

/**
 * Whole batches of DJL, features and label, shuffled, closed when they were read; torch computes
 * nothing.
 */
final class DjlContenders implements AutoCloseable {
    private final Table table;
    private final int batch;
    private final Reader reader;
    private final NDManager manager;

    DjlContenders(Table table, int batch, Reader reader) {
        this.table = table;
        this.batch = batch;
        this.reader = reader;
        this.manager = NDManager.newBaseManager();
    }

    /**
     * {@return {@code MemmpyDataset}, which gathers ahead with threads of its own}
     *
     * @param memory where batches lie
     */
    Race.Turn mapped(Memory memory) {
        return turn(
                MemmpyDataset.builder()
                        .setTable(table)
                        .addFeature(column("x"))
                        .addLabel(column("y"))
                        .setSampling(batch, true, true)
                        .optMemory(memory)
                        .build());
    }

    /** {@return {@code ArrayDataset} over the same rows in RAM, the first 2 GiB} */
    Race.Turn inRam() {
        return turn(
                new ArrayDataset.Builder()
                        .setData(copy(table.array("x")))
                        .optLabels(copy(table.array("y")))
                        .setSampling(batch, true, true)
                        .build());
    }

    /**
     * {@return a {@code RandomAccessDataset} that reads row by row from the mapping, as one writes
     * it by hand}
     */
    Race.Turn recordByRecord() {
        return turn(new Records.Builder(table, batch).build());
    }

    /** The memory of a PyTorch array is written in place: no copy on the heap. */
    private NDArray copy(MappedArray from) {
        long most = Integer.MAX_VALUE / table.array("x").rowType().bytes(); // of a buffer
        Shape shape = new Shape(from.rowType().shape(Math.min(most, from.rows())));
        NDArray array = manager.create(shape, DataType.FLOAT32);
        from.read(0, MemorySegment.ofBuffer(array.toByteBuffer(true)));
        return array;
    }

    private Race.Turn turn(RandomAccessDataset dataset) {
        return Stopwatch.warmed(round -> speed(dataset));
    }

    private double speed(RandomAccessDataset dataset) throws IOException {
        System.gc();
        try (NDManager turn = manager.newSubManager()) {
            Iterator<Batch> batches = dataset.getData(turn).iterator();
            return Stopwatch.rowsPerSecond(
                    () -> {
                        if (!batches.hasNext()) {
                            return 0;
                        }
                        try (Batch taken = batches.next()) {
                            reader.read(() -> memory(taken));
                            return taken.getSize();
                        }
                    });
        } catch (TranslateException e) {
            throw new IOException(e);
        }
    }

    private static MemorySegment memory(Batch batch) {
        return MemorySegment.ofBuffer(batch.getData().head().toByteBuffer(true));
    }

    @Override
    public void close() {
        manager.close();
    }

    /** Reads each row when it is asked for. */
    private static final class Records extends RandomAccessDataset {
        private final MappedArray x;
        private final MappedArray y;

        private Records(Builder builder) {
            super(builder);
            x = builder.table.array("x");
            y = builder.table.array("y");
        }

        @Override
        public Record get(NDManager manager, long index) {
            float[] data = new float[(int) x.rowType().elements()];
            float[] label = new float[1];
            x.read(index, data);
            y.read(index, label);
            return new Record(new NDList(manager.create(data)), new NDList(manager.create(label)));
        }

        @Override
        protected long availableSize() {
            return x.rows();
        }

        @Override
        public void prepare(Progress progress) {}

        private static final class Builder extends BaseBuilder<Builder> {
            private final Table table;

            Builder(Table table, int batch) {
                this.table = table;
                setSampling(batch, true, true);
            }

            @Override
            protected Builder self() {
                return this;
            }

            Records build() {
                return new Records(this);
            }
        }
    }
}
