// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RowType;
import org.memmpy.kernel.Affine;
import org.memmpy.kernel.ConvertRows;
import org.memmpy.kernel.RowKernel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * An array computed from others, block by block, by several threads: {@link Store#derive}.
 *
 * <pre>{@code
 * store.derive("image", DType.FLOAT32, 28, 28).from("image").normalized(statistics);
 * store.derive("sum", DType.FLOAT64).from("x", "y").compute(block -> {
 *     for (int row = 0; row < block.rows(); row++) { ... }
 * });
 * store.commit();
 * }</pre>
 *
 * <p>The result takes the place of what the target holds, which may be one of the inputs, with the
 * next commit; readers are undisturbed. Its attributes stay. If computing fails, everything is as
 * before. Until it has ended, the store cannot be committed. Memory: about 1 MiB a thread and
 * array, more if a row is larger than that.
 */
public final class Derivation {
    private static final long BLOCK_BYTES = 1 << 20;

    private final Store store;
    private final String target;
    private final RowType type;
    private final List<MappedArray> inputs = new ArrayList<>();
    private int threads = Runtime.getRuntime().availableProcessors();

    Derivation(Store store, String target, RowType type) {
        this.store = store;
        this.target = target;
        this.type = type;
    }

    /**
     * Adds inputs: arrays of which the committed rows are taken.
     *
     * @param arrays their paths; all have equally many rows
     * @return this
     * @throws IllegalArgumentException if there is no such array, or the rows differ in number
     * @throws IllegalStateException if one has rows that are not committed
     */
    public Derivation from(String... arrays) {
        for (String path : arrays) {
            MappedArray array = store.array(path);
            if (array.pendingRows() != 0) {
                throw new IllegalStateException(
                        "%s: it has rows that are not committed, and only committed ones are read. Commit first"
                                .formatted(array.where));
            }
            if (!inputs.isEmpty() && inputs.getFirst().rows() != array.rows()) {
                throw new IllegalArgumentException(
                        "%s has %,d rows, '%s' %,d. An array is computed from equally long ones"
                                .formatted(
                                        array.where,
                                        array.rows(),
                                        inputs.getFirst().path(),
                                        inputs.getFirst().rows()));
            }
            inputs.add(array);
        }
        return this;
    }

    /**
     * Sets how many threads compute; as many as the machine has processors if this is not called.
     *
     * @param count at least 1; with 1, the function is called by the calling thread, in order
     * @return this
     */
    public Derivation threads(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("threads is " + count + "; at least 1");
        }
        threads = count;
        return this;
    }

    /**
     * Computes by a function.
     *
     * @param function called for every block of rows, by several threads at once
     * @return the array, whose rows are seen after the commit
     * @throws IllegalStateException if there is no input, the store is open for reading only, or
     *     the target has rows that are not committed
     * @throws IOException if rows cannot be written
     */
    public MappedArray compute(Consumer<RowBlock> function) throws IOException {
        if (inputs.isEmpty()) {
            throw new IllegalStateException(
                    "%s: '%s' is derived from no array. Name some with from(...)"
                            .formatted(store.path(), target));
        }
        long largest = type.bytes();
        for (MappedArray input : inputs) {
            largest = Math.max(largest, input.rowType().bytes());
        }
        int blockRows = (int) Math.max(1, BLOCK_BYTES / largest);
        return new DerivationRun(inputs, type, blockRows, function).run(store, target, threads);
    }

    /**
     * Casts the one input, as NumPy's {@code astype}.
     *
     * @return the array, whose rows are seen after the commit
     * @throws IllegalArgumentException if rows of the input have another number of elements
     * @throws IOException if rows cannot be written
     */
    public MappedArray cast() throws IOException {
        return convert(1, 0);
    }

    /**
     * Casts the one input, then multiplies and adds in the target's precision, as NumPy's {@code
     * a.astype('f4') * factor + summand}.
     *
     * @param factor for example {@code 1.0 / 255}
     * @param summand for example -0.5
     * @return the array, whose rows are seen after the commit
     * @throws IllegalArgumentException if the target's dtype is not floating, or rows of the input
     *     have another number of elements
     * @throws IOException if rows cannot be written
     */
    public MappedArray scaled(double factor, double summand) throws IOException {
        requireFloating("scaled");
        return convert(factor, summand);
    }

    private MappedArray convert(double factor, double summand) throws IOException {
        RowKernel kernel =
                new ConvertRows(
                        single(), type.dtype(), Affine.NONE.scaled(factor).shifted(summand));
        return compute(
                block -> {
                    long[] rows = LongStream.range(0, block.rows()).toArray();
                    kernel.gather(block.input(0), rows, rows.length, block.output());
                });
    }

    /**
     * Brings the one input to mean 0 and standard deviation 1: {@code (x - mean) / std} of each
     * group, in double, then cast. Where the deviation is 0 it divides by 1.
     *
     * @param statistics of the input, or of another array of such rows: the training data's
     * @return the array, whose rows are seen after the commit
     * @throws IllegalArgumentException if the target's dtype is not floating, or the groups are not
     *     those of the input's rows
     * @throws IOException if rows cannot be written
     */
    public MappedArray normalized(Statistics statistics) throws IOException {
        requireFloating("normalized");
        return compute(new Normalization(single(), type.dtype(), statistics));
    }

    private void requireFloating(String what) {
        if (!type.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "%s: '%s' cannot be %s as %s; derive it as a floating type, such as FLOAT32"
                            .formatted(store.path(), target, what, type.dtype()));
        }
    }

    private RowType single() {
        if (inputs.size() != 1 || inputs.getFirst().rowType().elements() != type.elements()) {
            throw new IllegalArgumentException(
                    "%s: '%s', rows of %s, cannot be derived so from %s: it takes one array whose rows have as many elements"
                            .formatted(store.path(), target, type, inputs));
        }
        return inputs.getFirst().rowType();
    }
}
