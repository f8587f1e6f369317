// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.RandomSampler;
import ai.djl.training.dataset.Sampler;
import ai.djl.training.dataset.SequenceSampler;

import org.junit.jupiter.api.Test;
import org.memmpy.testing.DrawnPasses;
import org.memmpy.testing.LoaderModel.Delivered;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Combinations of what {@link DatasetConformance} has one by one: columns, rows, sizes, samplers,
 * views. {@code -Dmemmpy.conformance=10000} draws so many.
 */
abstract class DatasetDraws extends DatasetConformance {
    static final int DRAWN = Integer.getInteger("memmpy.conformance", 25);

    /** Has assertions say which draw they are of. */
    interface Checks {
        void run() throws Exception;
    }

    static void draw(String told, Checks checks) {
        try {
            checks.run();
        } catch (Exception | AssertionError e) {
            throw new AssertionError(told + ": " + e.getMessage(), e);
        }
    }

    /** {@return some columns of any kind, and any rows} */
    final Content drawnContent(Random random, List<Long> rows) {
        return content(
                drawnColumns(random, 1 + random.nextInt(4)),
                drawnColumns(random, random.nextInt(3)),
                rows);
    }

    private List<Delivered> drawnColumns(Random random, int count) {
        List<Delivered> every = Content.every(store.table());
        if (!holdsRagged()) {
            every = every.stream().filter(each -> each.column().hasFixedRows()).toList();
        }
        List<Delivered> columns = new ArrayList<>();
        for (int c = 0; c < count; c++) {
            columns.add(every.get(random.nextInt(every.size())));
        }
        return columns;
    }

    @Test
    void whateverIsAskedFor() {
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < DRAWN; round++) {
                Random random = DrawnPasses.random(round);
                List<Long> rows = random.longs(1 + random.nextInt(ROWS), 0, ROWS).boxed().toList();
                Content content = drawnContent(random, rows);
                Asked asked = Asked.drawn(random, rows.size());
                draw(
                        round + ": " + asked + " of " + content.rows().size() + " rows",
                        () -> check(content, asked, asked.ahead ? executor : null));
            }
        }
    }

    /** How a pass is asked for. */
    private record Asked(
            int size,
            boolean drop,
            boolean shuffled,
            boolean foreign,
            boolean ahead,
            int prefetch,
            int limit,
            List<Long> view) {
        static Asked drawn(Random random, int rows) {
            int limit = random.nextInt(4) == 0 ? 1 + random.nextInt(rows) : rows;
            List<Long> view = upTo(limit);
            if (random.nextInt(3) == 0) {
                int from = random.nextInt(limit);
                view = view.subList(from, from + 1 + random.nextInt(limit - from));
            } else if (random.nextBoolean()) {
                view = random.longs(1 + random.nextInt(ROWS), 0, limit).boxed().toList();
            }
            boolean drop = random.nextBoolean();
            return new Asked(
                    1 + random.nextInt(view.size() + (drop ? 0 : 9)),
                    drop,
                    random.nextBoolean(),
                    random.nextInt(3) == 0,
                    random.nextBoolean(),
                    1 + random.nextInt(5),
                    limit,
                    view);
        }

        Sampler sampler() {
            return shuffled
                    ? new BatchSampler(new RandomSampler(), size, drop)
                    : new BatchSampler(new SequenceSampler(), size, drop);
        }
    }

    private void check(Content content, Asked asked, ExecutorService executor) throws Exception {
        RandomAccessDataset dataset =
                dataset(
                        content,
                        b -> {
                            b.optPrefetchNumber(asked.prefetch);
                            b.optLimit(asked.limit);
                            if (asked.foreign) {
                                b.setSampling(asked.sampler());
                            } else {
                                b.setSampling(asked.size, asked.shuffled, asked.drop);
                            }
                        });
        if (asked.view.size() != asked.limit || !asked.view.equals(upTo(asked.limit))) {
            dataset = dataset.subDataset(asked.view);
        }
        List<Long> rows = content.at(asked.view);
        List<List<Long>> expected = cut(rows, asked.size, asked.drop);
        for (int pass = 0; pass < 2; pass++) {
            List<List<Long>> found = content.drain(dataset.getData(manager, executor));
            if (!asked.shuffled) {
                assertEquals(expected, found);
                continue;
            }
            assertEquals(
                    expected.stream().map(List::size).toList(),
                    found.stream().map(List::size).toList());
            List<Long> left = new ArrayList<>(rows);
            joined(found).forEach(left::remove);
            assertEquals(rows.size() - joined(expected).size(), left.size());
        }
    }
}
