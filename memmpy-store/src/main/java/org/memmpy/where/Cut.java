// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import org.memmpy.index.RowIndex;
import org.memmpy.index.RowList;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Table;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedSet;

/**
 * Which rows of a table fulfil a condition over its columns, written as in NumPy:
 *
 * <pre>{@code
 * Cut cut = Cut.parse("(nJets >= 6) & (pt > ptmin)").with("ptmin", 25);
 * RowIndex rows = cut.rows(store.table());
 * }</pre>
 *
 * <p><b>What can be written.</b> Numbers, {@code True} and {@code False}, strings in quotes;
 * columns with one number a row, those with odd names in backticks; constants given by {@link
 * #with(String, long) with}. Operators with Python's precedence, tightest first: {@code **}; {@code
 * + - ~} before an operand; {@code * / // %}; {@code + -}; {@code &}; {@code ^}; {@code |}; {@code
 * < <= > >= == !=}. So comparisons joined by {@code &} stand in parentheses, and where they do not,
 * the message shows where they belong. Functions: {@code isin(x, [1, 2])}, {@code isnan}, {@code
 * abs}, {@code min}, {@code max}, {@code sqrt}, {@code log}, {@code exp}, {@code sin}, {@code cos},
 * {@code floor}. Nothing else: an expression cannot do more than calculate.
 *
 * <p><b>Strings.</b> An integer column whose attribute {@code categories} is a list of strings
 * stands for these, code 0 for the first; it is compared with strings by {@code ==}, {@code !=} and
 * {@code isin}. A string that is no category is refused, because it is a misspelling more often
 * than not.
 *
 * <p><b>Values</b> are those of NumPy 2: numbers that are written take the type of the column that
 * they meet (float32 stays float32), integers wrap around, {@code /} of integers is float64,
 * division of integers by zero is 0, comparisons of integers are exact, between int64 and uint64
 * and with numbers of any size, too. {@code isin(x, [a, b])} is {@code (x == a) | (x == b)}. A
 * bfloat16 column is calculated with as float32. {@code **}, {@code log}, {@code exp}, {@code sin}
 * and {@code cos} are Java's, of float16 and float32 computed as float64 and rounded: they may
 * differ from NumPy's in the last bit.
 *
 * <p><b>Cost.</b> One pass over the columns that occur, about 2 ns a row on one core for two
 * comparisons, and 4 bytes a row of the result outside the heap (8 from 2^32 rows on). The result
 * is kept in the store's directory, under {@code .cache}; if that cannot be written, or the store
 * is a file, in the user's cache folder (another one if the system property {@code
 * org.memmpy.cache} names it) or in memory. Asking again, in whatever process, does not read the
 * columns; after rows were appended only these are evaluated; a replaced column is noticed. Whoever
 * may read the store may fill the cache, and deleting it is always safe.
 *
 * <p>Immutable, safe from any thread.
 */
public final class Cut {
    private static final int MOST_ITEMS = 1_000_000;

    private final String expression;
    private final Expr parsed;
    private final SequencedSet<String> names;
    private final Map<String, Object> constants;
    private final boolean cached;

    private Cut(
            String expression,
            Expr parsed,
            SequencedSet<String> names,
            Map<String, Object> constants,
            boolean cached) {
        this.expression = expression;
        this.parsed = parsed;
        this.names = names;
        this.constants = constants;
        this.cached = cached;
    }

    /**
     * Reads an expression. Names are looked up when a table is given.
     *
     * @param expression at most 65,536 characters, nested at most 100 levels deep
     * @return the cut
     * @throws CutException if it cannot be understood, saying where and why
     */
    public static Cut parse(String expression) {
        Expr parsed = Parser.parse(expression);
        SequencedSet<String> names = new LinkedHashSet<>();
        collect(parsed, names);
        return new Cut(expression, parsed, names, Map.of(), true);
    }

    private static void collect(Expr expr, SequencedSet<String> names) {
        switch (expr) {
            case Expr.Name name when !name.quoted() -> names.add(name.name());
            case Expr.Parenthesised group -> collect(group.inner(), names);
            case Expr.Unary unary -> collect(unary.operand(), names);
            case Expr.Binary binary -> {
                collect(binary.left(), names);
                collect(binary.right(), names);
            }
            case Expr.Call call -> call.arguments().forEach(a -> collect(a, names));
            case Expr.Listing list -> list.items().forEach(item -> collect(item, names));
            default -> {
                // no name in it
            }
        }
    }

    /**
     * Gives a name of the expression a value.
     *
     * @param name as it stands in the expression
     * @param value an integer, as if it were written there
     * @return a cut with this constant
     * @throws IllegalArgumentException if the expression has no such name
     */
    public Cut with(String name, long value) {
        return withConstant(name, BigInteger.valueOf(value));
    }

    /**
     * Gives a name of the expression a value.
     *
     * @param name as it stands in the expression
     * @param value a float, as if it were written there; NaN and infinities are good
     * @return a cut with this constant
     * @throws IllegalArgumentException if the expression has no such name
     */
    public Cut with(String name, double value) {
        return withConstant(name, value);
    }

    /**
     * Gives a name of the expression a value.
     *
     * @param name as it stands in the expression
     * @param value a truth value
     * @return a cut with this constant
     * @throws IllegalArgumentException if the expression has no such name
     */
    public Cut with(String name, boolean value) {
        return withConstant(name, value);
    }

    /**
     * Gives a name of the expression a value.
     *
     * @param name as it stands in the expression
     * @param value a string, to be compared with categories
     * @return a cut with this constant
     * @throws IllegalArgumentException if the expression has no such name
     */
    public Cut with(String name, String value) {
        return withConstant(name, Objects.requireNonNull(value, "value"));
    }

    /**
     * Gives a name of the expression a list, for {@code isin(x, name)}.
     *
     * @param name as it stands in the expression
     * @param values numbers, booleans or strings, at most a million
     * @return a cut with this constant
     * @throws IllegalArgumentException if the expression has no such name, or a value is something
     *     else
     */
    public Cut with(String name, List<?> values) {
        if (values.size() > MOST_ITEMS) {
            throw new IllegalArgumentException(
                    "the constant '%s' lists %,d values; at most %,d. Keep such a list as a column, and combine indices by intersect"
                            .formatted(name, values.size(), MOST_ITEMS));
        }
        List<Object> copies = new ArrayList<>(values.size());
        for (Object value : values) {
            copies.add(
                    switch (value) {
                        case Byte v -> BigInteger.valueOf(v);
                        case Short v -> BigInteger.valueOf(v);
                        case Integer v -> BigInteger.valueOf(v);
                        case Long v -> BigInteger.valueOf(v);
                        case BigInteger v -> v;
                        case Float v -> (double) v;
                        case Double v -> v;
                        case Boolean v -> v;
                        case String v -> v;
                        case null, default ->
                                throw new IllegalArgumentException(
                                        "the constant '%s' lists %s; numbers, booleans and strings can be listed"
                                                .formatted(
                                                        name,
                                                        value == null
                                                                ? "null"
                                                                : "a "
                                                                        + value.getClass()
                                                                                .getName()));
                    });
        }
        return withConstant(name, Collections.unmodifiableList(copies));
    }

    private Cut withConstant(String name, Object value) {
        if (!names.contains(name)) {
            throw new IllegalArgumentException(
                    "the cut '%s' has no name '%s' that could be a constant. It has: %s"
                            .formatted(shown(), name, Closest.of(name, names)));
        }
        Map<String, Object> more = new LinkedHashMap<>(constants);
        more.put(name, value);
        return new Cut(expression, parsed, names, Collections.unmodifiableMap(more), cached);
    }

    /**
     * Has the cut evaluated anew each time: the cache is neither read nor written.
     *
     * @return such a cut
     */
    public Cut uncached() {
        return new Cut(expression, parsed, names, constants, false);
    }

    /**
     * Finds the rows, by as many threads as the machine has processors if they must be looked for.
     *
     * @param table whose columns are meant
     * @return the rows that fulfil the cut, ascending; materialised, 4 bytes a row outside the heap
     *     or mapped
     * @throws CutException if the expression and the table do not fit, saying where and why
     * @throws org.memmpy.CorruptStoreException if a column cannot be read
     */
    public RowIndex rows(Table table) {
        return rows(table, Runtime.getRuntime().availableProcessors());
    }

    /**
     * Finds those rows of an index that fulfil the cut.
     *
     * @param table whose columns are meant
     * @param among rows of the table
     * @return the rows that fulfil the cut, in the order of the index, as often as it has them;
     *     materialised, and while it works one bit for each row of the table if the index does not
     *     ascend
     * @throws CutException if the expression and the table do not fit, saying where and why
     * @throws IndexOutOfBoundsException if the table has no such row
     */
    public RowIndex rows(Table table, RowIndex among) {
        Objects.checkFromToIndex(0, among.bound(), table.rows());
        RowIndex fulfilling = rows(table);
        if (!among.isSorted()) {
            return Chosen.of(among, fulfilling);
        }
        return among.size() == table.rows() ? fulfilling : among.intersect(fulfilling);
    }

    /**
     * As {@link #rows(Table)}; the result does not depend on the number of threads.
     *
     * @param table whose columns are meant
     * @param threads at least 1
     * @return the rows that fulfil the cut, ascending
     * @throws CutException if the expression and the table do not fit, saying where and why
     */
    public RowIndex rows(Table table, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + "; at least 1");
        }
        Typed cut = new Checker(expression, table, constants).check(parsed);
        List<MappedArray> columns = columns(cut);
        if (cached) {
            return new CutCache(table, cut, columns).rows(threads);
        }
        RowList found = new RowList(table.rows());
        Evaluation.run(cut, columns, 0, table.rows(), threads, found);
        return found.toIndex();
    }

    private static List<MappedArray> columns(Typed cut) {
        Map<String, MappedArray> columns = new LinkedHashMap<>();
        collect(cut, columns);
        return List.copyOf(columns.values());
    }

    private static void collect(Typed typed, Map<String, MappedArray> columns) {
        switch (typed) {
            case Typed.Column column -> columns.put(column.array().path(), column.array());
            case Typed.Constant constant -> {}
            case Typed.Cast cast -> collect(cast.operand(), columns);
            case Typed.Operation operation ->
                    operation.operands().forEach(operand -> collect(operand, columns));
            case Typed.Comparison comparison -> {
                collect(comparison.left(), columns);
                collect(comparison.right(), columns);
            }
            case Typed.InRanges test -> collect(test.operand(), columns);
        }
    }

    /** {@return the expression as it was written} */
    public String expression() {
        return expression;
    }

    private String shown() {
        return expression.length() <= 80 ? expression : expression.substring(0, 77) + "...";
    }

    /** {@return the expression, and the constants if there are any} */
    @Override
    public String toString() {
        return constants.isEmpty() ? expression : expression + " with " + constants;
    }
}
