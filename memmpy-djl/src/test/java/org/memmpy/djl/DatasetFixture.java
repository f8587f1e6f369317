// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.RandomAccessDataset.BaseBuilder;
import ai.djl.training.dataset.Sampler;
import ai.djl.training.dataset.SequenceSampler;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.store.Store;
import org.memmpy.testing.LoaderModel;
import org.memmpy.testing.LoaderModel.Delivered;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/** Rows in a store, and datasets of some kind over them; what {@link DatasetConformance} needs. */
@ExtendWith(NoLoaderThreads.class)
abstract class DatasetFixture {
    static final int ROWS = 95;

    @TempDir private static Path directory;

    Store store;
    NDManager manager;

    /** Makes a dataset; of the content that {@link #content} gave. */
    abstract RandomAccessDataset dataset(Content content, Consumer<BaseBuilder<?>> settings);

    /** {@return columns that every content has besides} */
    List<Delivered> required() {
        return List.of();
    }

    /** {@return whether there may be columns whose rows differ from batch to batch} */
    boolean holdsRagged() {
        return true;
    }

    /** {@return whether a detached array outlives its batch} */
    boolean keepsDetached() {
        return true;
    }

    /** {@return whether a batch's arrays may be written to} */
    boolean isWritable() {
        return true;
    }

    @BeforeAll
    static void createStore() throws IOException {
        LoaderModel.create(directory.resolve("model.memmpy"), 0, ROWS, 3);
    }

    @BeforeEach
    void open() throws IOException {
        store = Store.open(directory.resolve("model.memmpy"));
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
        store.close();
    }

    /** {@return what is asked for: columns, the number of the row as last label, and rows} */
    final Content content(List<Delivered> data, List<Delivered> labels, List<Long> rows) {
        List<Delivered> withIds = new ArrayList<>(labels);
        withIds.add(LoaderModel.id());
        Content content = new Content(store.table(), data, withIds, rows).with(required());
        return holdsRagged() ? content : content.fixed();
    }

    /** {@return some columns, backwards, so that a position is no row} */
    final Content backwards() {
        List<Delivered> few = Content.few(store.table());
        return content(few.subList(0, 5), few.subList(5, 6), upTo(ROWS).reversed());
    }

    static List<Long> upTo(int count) {
        return LongStream.range(0, count).boxed().toList();
    }

    static List<Long> joined(List<List<Long>> batches) {
        return batches.stream().flatMap(List::stream).toList();
    }

    static List<Long> sorted(List<Long> rows) {
        return rows.stream().sorted().toList();
    }

    /** {@return rows cut into batches} */
    static List<List<Long>> cut(List<Long> rows, int size, boolean drop) {
        List<List<Long>> batches = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += size) {
            int to = Math.min(rows.size(), from + size);
            if (!drop || to - from == size) {
                batches.add(rows.subList(from, to));
            }
        }
        return batches;
    }

    static Sampler inOrder(int size) {
        return new BatchSampler(new SequenceSampler(), size);
    }

    /** Batches as somebody lists them. */
    record Listed(List<List<Long>> batches) implements Sampler {
        @Override
        public Iterator<List<Long>> sample(RandomAccessDataset dataset) {
            return batches.iterator();
        }

        @Override
        public int getBatchSize() {
            return -1; // no fixed one, as DJL says it
        }
    }
}
