// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import static org.memmpy.kernel.ColumnBlock.ROWS;

import org.memmpy.DType;
import org.memmpy.kernel.KeyRanges;
import org.memmpy.kernel.Truths;
import org.memmpy.kernel.Widening;
import org.memmpy.where.Types.Lane;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A cut as a list of steps over arrays, each of which calculates one operation for a block of rows.
 * All arrays are made before the first block. For one thread.
 */
final class Program {
    /** One operation over the first {@code n} places of its arrays. */
    interface Step {
        void run(int n);
    }

    /** Up to as many ranges are tested one after the other. */
    private static final int FEW = 16;

    private final Registers registers = new Registers();
    private final List<Step> steps = new ArrayList<>();

    /** What is loaded, by the column's place and whether its bits are wanted. */
    private final Map<String, ColumnLoad> loads = new LinkedHashMap<>();

    private final Map<Typed.Constant, Object> constants = new HashMap<>();
    private final List<ColumnRows> columns;
    private final int[] result;

    /**
     * Compiles.
     *
     * @param cut boolean
     * @param columns those that occur, with their rows
     */
    Program(Typed cut, List<ColumnRows> columns) {
        this.columns = columns;
        this.result = (int[]) compile(cut);
    }

    /**
     * Finds the rows of a block that are in the cut.
     *
     * @param row the block's first
     * @param n how many, at most a block
     * @param found filled from {@code at} on, one place more than it gets, with {@code first} for
     *     the block's first row, and so on
     * @return where the next goes
     */
    int select(long row, int n, int[] found, int at, int first) {
        for (ColumnLoad load : loads.values()) {
            load.run(row, n);
        }
        for (Step step : steps) {
            step.run(n);
        }
        return Truths.list(result, first, found, at, n);
    }

    private Object compile(Typed typed) {
        return switch (typed) {
            case Typed.Column column -> load(column, false);
            case Typed.Constant constant -> constants.computeIfAbsent(constant, Program::filled);
            case Typed.Cast cast -> cast(cast);
            case Typed.Operation operation -> operation(operation);
            case Typed.Comparison comparison -> comparison(comparison);
            case Typed.InRanges test -> ranges(test);
        };
    }

    private Object load(Typed.Column column, boolean bits) {
        ColumnRows rows =
                columns.stream()
                        .filter(c -> c.path().equals(column.array().path()))
                        .findFirst()
                        .orElseThrow();
        return loads.computeIfAbsent(
                        rows.path() + (bits ? "/bits" : ""), key -> new ColumnLoad(rows, bits))
                .target();
    }

    private static Object filled(Typed.Constant constant) {
        Object array = Registers.array(Types.lane(constant.type()));
        switch (array) {
            case int[] a -> Arrays.fill(a, (int) constant.bits());
            case long[] a -> Arrays.fill(a, constant.bits());
            case float[] a -> Arrays.fill(a, (float) constant.value());
            case double[] a -> Arrays.fill(a, constant.value());
            default -> throw new IllegalStateException();
        }
        return array;
    }

    // ---- steps

    private Object operation(Typed.Operation operation) {
        List<Typed> operands = operation.operands();
        Object a = compile(operands.getFirst());
        if (operation.op() == Op.POWER
                && !operation.type().isFloating()
                && operands.get(1) instanceof Typed.Constant exponent) {
            Object to = registers.take(operation.type());
            steps.add(Operations.power(operation.type(), a, exponent, to));
            registers.give(a);
            return to;
        }
        Object b = operands.size() > 1 ? compile(operands.get(1)) : null;
        Object to = registers.take(operation.type());
        steps.add(Operations.step(operation.op(), operation.type(), a, b, to));
        registers.give(a);
        registers.give(b);
        return to;
    }

    private Object comparison(Typed.Comparison comparison) {
        Object a = compile(comparison.left());
        Object b = compile(comparison.right());
        int[] to = (int[]) registers.take(Lane.INT);
        DType left = comparison.left().type();
        DType right = comparison.right().type();
        steps.add(Operations.comparison(comparison.op(), left, right, a, b, to));
        registers.give(a);
        registers.give(b);
        return to;
    }

    private Object cast(Typed.Cast cast) {
        Object from = compile(cast.operand());
        Lane lane = Types.lane(cast.type());
        if (Types.lane(cast.operand().type()) == lane) {
            return from; // a narrower type in the same array
        }
        Object to = registers.take(lane);
        steps.add(Operations.cast(cast.operand().type(), from, to));
        registers.give(from);
        return to;
    }

    /** Floating-point numbers are tested as keys; columns are loaded as bits for it. */
    private Object ranges(Typed.InRanges test) {
        Typed operand = test.operand();
        DType type = operand.type();
        if (!type.isFloating()) {
            Object keys = compile(operand);
            return tested(test, keys, type == DType.UINT64 ? Long.MIN_VALUE : 0);
        }
        boolean raw =
                operand instanceof Typed.Column column
                        && column.array().dtype().bytes() >= Float.BYTES;
        Object bits = raw ? load((Typed.Column) operand, true) : bits(compile(operand));
        Object keys = registers.take(bits instanceof int[] ? Lane.INT : Lane.LONG);
        if (bits instanceof int[] b) {
            steps.add(n -> KeyRanges.keys(b, (int[]) keys, n));
        } else {
            steps.add(n -> KeyRanges.keys((long[]) bits, (long[]) keys, n));
        }
        registers.give(bits);
        return tested(test, keys, 0);
    }

    private Object bits(Object values) {
        boolean narrow = values instanceof float[];
        Object bits = registers.take(narrow ? Lane.INT : Lane.LONG);
        MemorySegment from =
                narrow
                        ? MemorySegment.ofArray((float[]) values)
                        : MemorySegment.ofArray((double[]) values);
        MemorySegment to =
                narrow ? MemorySegment.ofArray((int[]) bits) : MemorySegment.ofArray((long[]) bits);
        long bytes = narrow ? Float.BYTES : Double.BYTES;
        steps.add(n -> Widening.bits(from, to, bytes * n));
        registers.give(values);
        return bits;
    }

    /**
     * Tests keys.
     *
     * @param flip turned around in the bounds, because it is not in the keys
     */
    private Object tested(Typed.InRanges test, Object keys, long flip) {
        Keys ranges = test.keys();
        int not = test.outside() ? 1 : 0;
        int[] to = (int[]) registers.take(Lane.INT);
        if (ranges.count() == 0) {
            steps.add(n -> Arrays.fill(to, 0, n, not));
        } else if (keys instanceof int[] ints) {
            steps.add(ofInts(ranges, ints, not, to));
        } else if (ranges.count() == 1) {
            long low = ranges.lows()[0] ^ flip;
            long high = ranges.highs()[0] ^ flip;
            steps.add(n -> KeyRanges.test((long[]) keys, low, high, not, to, n));
        } else {
            steps.add(ofLongs(ranges, (long[]) keys, flip, not, to));
        }
        registers.give(keys);
        return to;
    }

    private Step ofInts(Keys ranges, int[] keys, int not, int[] to) {
        int[] lows = Arrays.stream(ranges.lows()).mapToInt(Math::toIntExact).toArray();
        int[] highs = Arrays.stream(ranges.highs()).mapToInt(Math::toIntExact).toArray();
        if (lows.length > FEW) {
            return n -> KeyRanges.test(keys, lows, highs, not, to, n);
        }
        if (lows.length > 1) {
            return n -> KeyRanges.testEach(keys, lows, highs, not, to, n);
        }
        int low = lows[0];
        int high = highs[0];
        return n -> KeyRanges.test(keys, low, high, not, to, n);
    }

    private Step ofLongs(Keys ranges, long[] keys, long flip, int not, int[] to) {
        long[] lows = ranges.lows();
        long[] highs = ranges.highs();
        boolean few = lows.length <= FEW;
        long[] flipped = flip == 0 ? keys : new long[ROWS];
        return n -> {
            if (flip != 0) {
                KeyRanges.flip(keys, flipped, n);
            }
            if (few) {
                KeyRanges.testEach(flipped, lows, highs, not, to, n);
            } else {
                KeyRanges.test(flipped, lows, highs, not, to, n);
            }
        };
    }
}
