// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.store.Store;
import org.memmpy.testing.DrawnPasses;
import org.memmpy.testing.LoaderModel;
import org.memmpy.testing.LoaderModel.Delivered;
import org.memmpy.testing.LoaderModel.Row;
import org.nd4j.linalg.api.ndarray.INDArray;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * What DL4J asks of iterators over batches of any kind: the same rows in the same order again and
 * again, in batches and in pieces, that stay right while somebody may hold them.
 *
 * <p>{@code -Dmemmpy.conformance=10000} draws so many combinations.
 *
 * @param <I> the kind of iterator
 * @param <B> the batches
 */
@ExtendWith(OneThread.class)
abstract class IteratorConformance<I extends Iterator<? extends B>, B> {
    static final int DRAWN = Integer.getInteger("memmpy.conformance", 25);
    static final int ROWS = 95;

    @TempDir private static Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();
    Store store;

    /** {@return an iterator over all rows of the content as they are listed} */
    abstract I over(Content content, int batchSize) throws Exception;

    abstract B next(I iterator, int rows);

    abstract void reset(I iterator);

    abstract INDArray[] features(B batch);

    abstract INDArray[] labels(B batch);

    /** {@return DL4J's own prefetching around an iterator} */
    abstract I async(I iterator, int queue);

    abstract void shutdown(I async);

    /** {@return DL4J's own view of the first batches of each pass} */
    abstract I first(I iterator, int batches);

    /** {@return DL4J's own parts, of so many batches each} */
    abstract List<I> parts(I iterator, int... batches);

    /** Has every batch's features changed in place, and noted. */
    abstract void preProcess(I iterator, Consumer<B> change);

    /** {@return what fits one iterator: the first features and labels of a content} */
    abstract Content fitting(Content content);

    /** {@return the columns that this kind of iterator can have} */
    List<Delivered> columns() {
        return Content.every(store.table());
    }

    /** {@return how many of the newest batches stay right; the memory of others is used again} */
    int keeps() {
        return Integer.MAX_VALUE;
    }

    /** {@return what next() throws behind the last batch} */
    Class<? extends RuntimeException> exhausted() {
        return NoSuchElementException.class;
    }

    @BeforeAll
    static void createStore() throws IOException {
        LoaderModel.create(directory.resolve("model.memmpy"), 0, ROWS, 3);
    }

    @BeforeEach
    final void open() throws IOException {
        store = Store.open(directory.resolve("model.memmpy"));
    }

    @AfterEach
    final void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        store.close();
    }

    /** {@return an iterator that is closed with the test} */
    final I iterator(Content content, int batchSize) throws Exception {
        I iterator = over(content, batchSize);
        if (iterator instanceof AutoCloseable closeable) {
            opened.add(closeable);
        }
        return iterator;
    }

    private void closeNow(I iterator) throws Exception {
        if (iterator instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    final Content content(List<Delivered> features, List<Delivered> labels, List<Long> rows) {
        return fitting(new Content(store.table(), features, labels, rows));
    }

    /** {@return float32 columns of flat rows, which may be calculated with} */
    final List<Delivered> floats() {
        return columns().stream()
                .filter(each -> type(each).dtype() == DType.FLOAT32)
                .filter(each -> type(each).shape().length == 1)
                .toList();
    }

    final RowType type(Delivered column) {
        return column.column().rowType(store.table());
    }

    /** {@return two features and two labels of rows backwards} */
    final Content backwards() {
        List<Delivered> floats = floats();
        return content(floats.subList(0, 2), floats.subList(2, 4), upTo(ROWS).reversed());
    }

    static List<Long> upTo(int count) {
        return LongStream.range(0, count).boxed().toList();
    }

    final void check(Content content, B batch, List<Long> rows) {
        content.check(features(batch), labels(batch), rows);
    }

    /** Takes all that is left in batches, and checks it. */
    final void checkPass(Content content, I iterator, int size) {
        for (int from : content.starts(size)) {
            assertTrue(iterator.hasNext());
            check(content, iterator.next(), content.cut(from, size));
        }
        assertFalse(iterator.hasNext());
    }

    // ---- rows

    @Test
    void everyColumnOfEveryKind() throws Exception {
        List<Delivered> columns = columns();
        List<Long> rows = upTo(45).reversed();
        for (int c = 0; c < columns.size(); c += 2) {
            Content content =
                    content(
                            List.of(columns.get(c), columns.get((c + 7) % columns.size())),
                            List.of(columns.get((c + 1) % columns.size()), columns.get(c)),
                            rows);
            I iterator = over(content, 20);
            try {
                checkPass(content, iterator, 20);
            } finally {
                closeNow(iterator);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 13, 19, 94, 95, 96, 1000})
    void batchesAreAsLongAsAskedButTheLast(int size) throws Exception {
        Content content = backwards();
        I iterator = iterator(content, size);
        assertTrue(iterator.hasNext());
        checkPass(content, iterator, size);
        assertThrows(exhausted(), iterator::next);
        assertThrows(exhausted(), () -> next(iterator, 3));
        assertFalse(iterator.hasNext());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8, 20, 94, 95, 96, 300})
    void piecesOfAnyLength(int rows) throws Exception {
        Content content = backwards();
        I iterator = iterator(content, 20);
        for (int pass = 0; pass < 2; pass++) {
            for (int from : content.starts(rows)) {
                assertTrue(iterator.hasNext());
                check(content, next(iterator, rows), content.cut(from, rows));
            }
            assertFalse(iterator.hasNext());
            reset(iterator);
        }
    }

    @Test
    void onlyTheFirstBatches() throws Exception {
        Content content = backwards();
        Content few = content.of(content.rows().subList(0, 40));
        I first = first(iterator(content, 20), 2);
        for (int pass = 0; pass < 3; pass++) {
            checkPass(few, first, 20);
            reset(first);
        }
    }

    @Test
    void trainedOnOnePartAndTestedOnTheOther() throws Exception {
        Content content = backwards();
        List<I> parts = parts(iterator(content, 10), 7, 3);
        I train = parts.get(0);
        I test = parts.get(1);
        for (int pass = 0; pass < 2; pass++) {
            checkPass(content.of(content.rows().subList(0, 70)), train, 10);
            checkPass(content.of(content.rows().subList(70, ROWS)), test, 10);
            reset(train);
            reset(test);
        }
    }

    @Test
    void resetLeadsToTheStartFromAnywhere() throws Exception {
        Content content = backwards();
        I iterator = iterator(content, 20);
        for (int taken : new int[] {0, 0, 1, 3, 5, 4, 0}) {
            for (int i = 0; i < taken; i++) {
                check(content, iterator.next(), content.cut(20 * i, 20));
            }
            reset(iterator);
        }
        next(iterator, 7);
        reset(iterator);
        checkPass(content, iterator, 20);
        reset(iterator);
        reset(iterator);
        checkPass(content, iterator, 20);
    }

    // ---- who holds what

    @Test
    void batchesInAListStayRight() throws Exception {
        Content content = backwards();
        I iterator = iterator(content, 10);
        Deque<B> kept = new ArrayDeque<>();
        Deque<List<Long>> expected = new ArrayDeque<>();
        for (int pass = 0; pass < 4; pass++) {
            for (int from : content.starts(10)) {
                if (kept.size() == keeps()) {
                    check(content, kept.remove(), expected.remove());
                }
                kept.add(iterator.next());
                expected.add(content.cut(from, 10));
            }
            System.gc(); // what is unreachable is used again
            reset(iterator);
        }
        while (!kept.isEmpty()) {
            check(content, kept.remove(), expected.remove());
        }
    }

    @Test
    void aBatchChangedInPlaceChangesNoOther() throws Exception {
        Content content = backwards();
        I iterator = iterator(content, 10);
        for (int pass = 0; pass < 3; pass++) {
            for (int from : content.starts(10)) {
                B batch = iterator.next();
                check(content, batch, content.cut(from, 10));
                for (INDArray array : features(batch)) {
                    array.muli(-3).addi(1);
                }
                for (INDArray array : labels(batch)) {
                    array.assign(99);
                }
            }
            reset(iterator);
        }
    }

    @Test
    void aPreProcessorSeesEveryBatchOnceAndCopiesOnly() throws Exception {
        Content content = backwards();
        I iterator = iterator(content, 10);
        List<B> seen = new ArrayList<>();
        preProcess(
                iterator,
                batch -> {
                    check(content, batch, content.cut(10 * (seen.size() % 10), 10));
                    seen.add(batch);
                    features(batch)[0].addi(1000);
                });
        for (int pass = 0; pass < 3; pass++) {
            for (int i = 0; i < 10; i++) {
                B batch = iterator.next();
                assertEquals(pass * 10 + i + 1, seen.size());
                features(batch)[0].subi(1000);
                check(content, batch, content.cut(10 * i, 10));
            }
            assertFalse(iterator.hasNext());
            reset(iterator);
        }
        preProcess(iterator, null);
        checkPass(content, iterator, 10);
    }

    @ParameterizedTest
    @CsvSource({"2", "3", "8"})
    void prefetchedByDl4jItself(int queue) throws Exception {
        Content content = backwards();
        I async = async(iterator(content, 3), queue);
        try {
            for (int pass = 0; pass < 4; pass++) {
                checkPass(content, async, 3);
                reset(async);
                for (int i = 0; i < pass; i++) {
                    assertTrue(async.hasNext()); // which fetches it
                    check(content, async.next(), content.cut(3 * i, 3));
                }
                reset(async);
            }
        } finally {
            shutdown(async);
        }
    }

    // ---- everything at once

    final Content drawnContent(Random random, List<Long> rows) {
        List<Delivered> columns = columns();
        List<List<Delivered>> drawn = List.of(new ArrayList<>(), new ArrayList<>());
        for (List<Delivered> each : drawn) {
            for (int c = random.nextInt(3); c >= 0; c--) {
                each.add(columns.get(random.nextInt(columns.size())));
            }
        }
        return content(drawn.get(0), drawn.get(1), rows);
    }

    @Test
    void whateverIsAskedFor() throws Exception {
        for (int round = 0; round < DRAWN; round++) {
            Random random = DrawnPasses.random(round);
            List<Long> rows = random.longs(1 + random.nextInt(ROWS), 0, ROWS).boxed().toList();
            Content content = drawnContent(random, rows);
            int size = 1 + random.nextInt(rows.size() + 9);
            StringBuilder told =
                    new StringBuilder("%d: %d rows by %d".formatted(round, rows.size(), size));
            I iterator = over(content, size);
            try {
                for (int pass = 0; pass < 2; pass++) {
                    checkPieces(content, iterator, random, told);
                    told.append(" reset");
                    reset(iterator);
                }
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(told + ": " + e.getMessage(), e);
            } finally {
                closeNow(iterator);
            }
        }
    }

    private void checkPieces(Content content, I iterator, Random random, StringBuilder told) {
        int rows = content.rows().size();
        for (int at = 0; at < rows; ) {
            assertTrue(iterator.hasNext());
            int piece = 1 + random.nextInt(rows);
            told.append(" next(").append(piece).append(')');
            B batch = next(iterator, piece);
            check(content, batch, content.cut(at, piece));
            at += piece;
        }
        assertFalse(iterator.hasNext());
    }

    /**
     * Checks that the same seed gives the same rows in the same order as without an adapter.
     *
     * @param made builds an iterator in an order
     */
    final void checkBareLoadersOrder(Made<I> made) throws Exception {
        for (int round = 0; round < DRAWN; round++) {
            Random random = DrawnPasses.random(round);
            DrawnPasses passes = DrawnPasses.of(store, random);
            Content content = drawnContent(random, upTo(ROWS));
            I iterator = made.of(content, passes, random);
            try {
                for (int pass = 0; pass < 2; pass++) {
                    for (List<Row> rows : passes.batches(store, passes.epoch() + pass)) {
                        assertTrue(iterator.hasNext());
                        check(content, iterator.next(), rows.stream().map(Row::row).toList());
                    }
                    assertFalse(iterator.hasNext());
                    reset(iterator);
                }
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(round + " " + passes.told() + ": " + e.getMessage(), e);
            } finally {
                closeNow(iterator);
            }
        }
    }

    /** Builds an iterator. */
    interface Made<I> {
        I of(Content content, DrawnPasses passes, Random random);
    }

    /** Tells a builder what was drawn. */
    static <T extends IteratorBuilder<T>> T told(T builder, DrawnPasses passes, Random random) {
        return builder.index(passes.index())
                .order(passes.order())
                .batchSize(passes.batchSize())
                .ends(passes.ends())
                .shard(passes.rank(), passes.world())
                .epoch(passes.epoch())
                .threads(1 + random.nextInt(4))
                .prefetch(1 + random.nextInt(5));
    }
}
