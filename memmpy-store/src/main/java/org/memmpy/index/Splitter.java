// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.store.MappedArray;
import org.memmpy.store.RaggedArray;

import java.util.List;

/**
 * A way to divide the rows of an index: by fractions into train, validation and test rows, or into
 * folds for cross-validation. Every row of the index is in exactly one part.
 *
 * <p>A pure function of index, seed and columns, and the same on every machine: split version 1 in
 * docs/FORMAT.md. Immutable, safe from any thread; one that uses a column ends with its store, and
 * reads the rows that the column has when it is asked.
 *
 * <pre>{@code
 * Split split = Splitter.stratified(store.array("label"), 42).split(rows, 0.8, 0.1, 0.1);
 * Folds folds = Splitter.grouped(store.array("patient"), 42).folds(rows, 5);
 * }</pre>
 */
public abstract sealed class Splitter
        permits RandomSplitter,
                ContiguousSplitter,
                StratifiedSplitter,
                GroupedSplitter,
                StableSplitter {
    Splitter() {}

    // ---- ways

    /**
     * At random, with shares to within one row. Lazy: O(1) memory. The parts are not in the order
     * of the rows. The same as {@link RowIndex#split(long, double...)}.
     *
     * @param seed any number
     * @return the splitter
     */
    public static Splitter random(long seed) {
        return new RandomSplitter(seed);
    }

    /**
     * One part behind the other, in the order of the index, with shares to within one row. Lazy:
     * O(1) memory. For rows that are in no meaningful order already, or whose order is the point,
     * such as time. {@link Split#asMemmpy} has the contiguous folds of memmpy for Python.
     *
     * @return the splitter
     */
    public static Splitter contiguous() {
        return ContiguousSplitter.INSTANCE;
    }

    /**
     * At random within each class: each class's share in each part is right to within one row, and
     * so is each part's share of all rows. Also of classes with fewer rows than parts: where the
     * share of a class is no whole number of rows, chance says who gets more.
     *
     * <p>Materialised: 4 bytes a row (8 from 2^32 rows on), in the order of the index. While it
     * works nothing else for each row, 8 bytes for each class and part. The labels are read twice.
     *
     * @param labels scalars of an integer type or bool, with at most 65,536 distinct values
     * @param seed any number
     * @return the splitter
     * @throws IllegalArgumentException if the labels are no such scalars
     */
    public static Splitter stratified(MappedArray labels, long seed) {
        return new StratifiedSplitter(labels, seed);
    }

    /**
     * All rows with the same key in the same part, such as those of one patient, run or recording;
     * groups are dealt out at random, and the shares are right to within half the rows of the group
     * at each cut. Also if rows of a group are far apart. Parts may be empty if there are few
     * groups.
     *
     * <p>Materialised: 4 bytes a row (8 from 2^32 rows on), in the order of the index. While it
     * works 0.5 MiB, and some 100 bytes for one in 65,536 groups a cut: it does not matter how many
     * groups there are. The keys are read three times.
     *
     * @param keys integers or booleans: one is compared by its value, whatever its type, a row of
     *     several, such as a 16-byte identifier or a (run, event) pair, by its bytes
     * @param seed any number
     * @return the splitter
     * @throws IllegalArgumentException if the keys are floating-point numbers
     */
    public static Splitter grouped(MappedArray keys, long seed) {
        return new GroupedSplitter(RowKeys.of(keys), seed);
    }

    /**
     * As {@link #grouped(MappedArray, long)}, with keys of different lengths, such as texts.
     *
     * @param keys integers or booleans, compared by their bytes
     * @param seed any number
     * @return the splitter
     * @throws IllegalArgumentException if the keys are floating-point numbers
     */
    public static Splitter grouped(RaggedArray keys, long seed) {
        return new GroupedSplitter(RowKeys.of(keys), seed);
    }

    /**
     * By a hash of the row number: a row never changes sides, however many rows are appended. So
     * the shares are approximate: of {@code n} rows a part of fraction {@code f} gets {@code n * f}
     * on average, binomially distributed; it is off by more than {@code 4 * sqrt(n * f * (1 - f))}
     * for about one seed in 16,000.
     *
     * <p>Materialised: 4 bytes a row (8 from 2^32 rows on), in the order of the index.
     *
     * @param seed any number
     * @return the splitter
     */
    public static Splitter stable(long seed) {
        return new StableSplitter(RowKeys.NUMBERS, seed);
    }

    /**
     * By a hash of a key: a row never changes sides, however many rows are appended, deleted or
     * moved, and all rows of a key are on one side. The shares are approximate as {@link
     * #stable(long)} says, with keys instead of rows if these have about equally many rows.
     *
     * @param keys see {@link #grouped(MappedArray, long)}
     * @param seed any number
     * @return the splitter
     * @throws IllegalArgumentException if the keys are floating-point numbers
     */
    public static Splitter stable(MappedArray keys, long seed) {
        return new StableSplitter(RowKeys.of(keys), seed);
    }

    /**
     * As {@link #stable(MappedArray, long)}, with keys of different lengths, such as texts.
     *
     * @param keys integers or booleans, compared by their bytes
     * @param seed any number
     * @return the splitter
     * @throws IllegalArgumentException if the keys are floating-point numbers
     */
    public static Splitter stable(RaggedArray keys, long seed) {
        return new StableSplitter(RowKeys.of(keys), seed);
    }

    // ---- what for

    /**
     * Divides rows by fractions.
     *
     * @param rows the index
     * @param fractions the parts' shares, any number of them; positive, summing to 1
     * @return the parts
     * @throws IllegalArgumentException if the fractions are none, or a column does not reach as far
     *     as the index or has too many classes
     */
    public final Split split(RowIndex rows, double... fractions) {
        List<RowIndex> positions = positions(rows, Shares.of(fractions), 0);
        return new Split(positions.stream().map(rows::through).toList());
    }

    /**
     * Divides rows into folds; {@link #folds(RowIndex, int, long)} with repeat 0.
     *
     * @param rows the index
     * @param k how many folds, at least 2
     * @return the folds
     * @throws IllegalArgumentException if a fold would have no rows, or as {@link #split}
     */
    public final Folds folds(RowIndex rows, int k) {
        return folds(rows, k, 0);
    }

    /**
     * Divides rows into folds of equal shares, for repeated cross-validation: every repeat divides
     * them anew.
     *
     * @param rows the index
     * @param k how many folds, at least 2
     * @param repeat its number, 0 or more
     * @return the folds
     * @throws IllegalArgumentException if a fold would have no rows, if another repeat than 0 is
     *     wanted of {@link #contiguous}, which has no seed, or as {@link #split}
     */
    public final Folds folds(RowIndex rows, int k, long repeat) {
        if (k < 2 || repeat < 0) {
            throw new IllegalArgumentException(
                    "%d folds, repeat %d: at least 2 folds, and repeats are numbered from 0"
                            .formatted(k, repeat));
        }
        return new Folds(rows, positions(rows, Shares.equal(k), repeat));
    }

    /** {@return the positions of each part's rows in the index} */
    abstract List<RowIndex> positions(RowIndex rows, Shares shares, long repeat);
}
