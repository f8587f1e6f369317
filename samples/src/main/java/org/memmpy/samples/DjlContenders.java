// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.memmpy.batch.Column.column;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.translate.TranslateException;

import org.memmpy.djl.MemmpyDataset;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Table;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** DJL's dataset of arrays in RAM, and ours. */
final class DjlContenders {
    static final String ARRAY = "DJL ArrayDataset";
    static final String MEMMPY = "DJL MemmpyDataset";

    private DjlContenders() {}

    static List<Contender> of(Table table) {
        return List.of(inRam(table), mapped(table));
    }

    private static Contender mapped(Table table) {
        MemmpyDataset dataset =
                MemmpyDataset.builder()
                        .setTable(table)
                        .addFeature(column("x"))
                        .addLabel(column("y"))
                        .setSampling(Throughput.BATCH, true)
                        .optSeed(Throughput.SEED)
                        .build();
        return new Dataset(MEMMPY, NDManager.newBaseManager(), dataset);
    }

    private static Contender inRam(Table table) {
        NDManager manager = NDManager.newBaseManager();
        ArrayDataset dataset =
                new ArrayDataset.Builder()
                        .setData(copy(manager, table.array("x")))
                        .optLabels(copy(manager, table.array("y")))
                        .setSampling(Throughput.BATCH, true)
                        .build();
        return new Dataset(ARRAY, manager, dataset);
    }

    /** The memory of a PyTorch array is written in place: no copy on the heap. */
    private static NDArray copy(NDManager manager, MappedArray from) {
        Shape shape = new Shape(from.rowType().shape(from.rows()));
        NDArray array = manager.create(shape, DataType.FLOAT32);
        from.read(0, MemorySegment.ofBuffer(array.toByteBuffer(true)));
        return array;
    }

    /** Either, with the sampler that it brings. */
    private record Dataset(String name, NDManager manager, RandomAccessDataset dataset)
            implements Contender {
        @Override
        public String rival() {
            return ARRAY;
        }

        @Override
        public long pass(long epoch) throws IOException {
            long rows = 0;
            try {
                for (Batch batch : dataset.getData(manager)) {
                    rows += batch.getSize();
                    batch.close();
                }
            } catch (TranslateException e) {
                throw new IOException(name + ": " + e.getMessage(), e);
            }
            return rows;
        }

        @Override
        public void close() {
            manager.close();
        }
    }
}
