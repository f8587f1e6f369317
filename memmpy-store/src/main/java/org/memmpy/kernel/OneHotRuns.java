// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Runs of class ids, each id as zeros with one 1. Stateless, safe from any thread. */
public final class OneHotRuns {
    private final RunCopy load;
    private final OneHotRow row;

    /**
     * Makes a kernel.
     *
     * @param from the dtype of the class ids, an integer type
     * @param classes how many classes; ids are {@code 0 .. classes - 1}
     * @param to the dtype of zeros and ones
     */
    public OneHotRuns(DType from, int classes, DType to) {
        this.load = new RunCopy(RowType.of(from), DType.INT64, Affine.NONE);
        this.row = new OneHotRow(classes, to);
    }

    /**
     * Gathers runs one behind the other.
     *
     * @param source all ids of the array
     * @param starts the first id of each run
     * @param lengths how many ids it has; any number may be 0
     * @param count how many runs
     * @param target where they go, of the size of all
     * @throws MemmpyException if an id is no class
     */
    public void pack(
            RowSource source, long[] starts, long[] lengths, int count, MemorySegment target) {
        long total = Arrays.stream(lengths, 0, count).sum();
        target.asSlice(0, total * row.bytes()).fill((byte) 0);
        long[] ids = new long[Conversion.BLOCK];
        long at = 0;
        for (int i = 0; i < count; i++) {
            mark(source, starts[i], lengths[i], target, at, ids);
            at += lengths[i];
        }
    }

    /**
     * Gathers runs, each filled up to the same number of ids by zeros.
     *
     * @param source all ids of the array
     * @param starts the first id of each run
     * @param lengths how many ids it has, 0 to {@code width}
     * @param count how many runs
     * @param width ids of each run in the target
     * @param target where they go
     * @throws MemmpyException if an id is no class
     */
    public void pad(
            RowSource source,
            long[] starts,
            long[] lengths,
            int count,
            long width,
            MemorySegment target) {
        target.asSlice(0, count * width * row.bytes()).fill((byte) 0);
        long[] ids = new long[Conversion.BLOCK];
        for (int i = 0; i < count; i++) {
            mark(source, starts[i], lengths[i], target, i * width, ids);
        }
    }

    /** Writes the ones of a run among zeros. */
    private void mark(
            RowSource source, long start, long length, MemorySegment target, long at, long[] ids) {
        MemorySegment loaded = MemorySegment.ofArray(ids);
        try (Conversion.Scratch scratch = load.scratch()) {
            for (long done = 0; done < length; done += ids.length) {
                int n = (int) Math.min(ids.length, length - done);
                load.copy(source, start + done, n, loaded, 0, scratch);
                for (int i = 0; i < n; i++) {
                    if (!row.has(ids[i])) {
                        throw row.refusal(nameOf(source, start, done + i), ids[i]);
                    }
                    row.mark(ids[i], target, at + done + i);
                }
            }
        }
    }

    private static String nameOf(RowSource source, long start, long item) {
        return "item %,d of a row (%s of all items)".formatted(item, source.nameOf(start + item));
    }
}
