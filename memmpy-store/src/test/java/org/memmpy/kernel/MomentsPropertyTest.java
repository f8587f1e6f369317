// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.memmpy.DType;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** The same bits however the elements are cut, and whoever computes the pieces. */
class MomentsPropertyTest {
    private static long[] bits(Moments moments) {
        return IntStream.range(0, moments.groups())
                .mapToObj(
                        g ->
                                new long[] {
                                    moments.count(g),
                                    moments.nanCount(g),
                                    Double.doubleToRawLongBits(moments.min(g)),
                                    Double.doubleToRawLongBits(moments.max(g)),
                                    Double.doubleToRawLongBits(moments.mean(g)),
                                    Double.doubleToRawLongBits(moments.variance(g))
                                })
                .flatMapToLong(Arrays::stream)
                .toArray();
    }

    @Property(tries = 150)
    boolean piecesDoNotMatter(
            @ForAll DType dtype,
            @ForAll @IntRange(min = 1, max = 1200) int groups,
            @ForAll @IntRange(min = 0, max = 300_000) int elements,
            @ForAll long seed) {
        MemorySegment segment = MomentsTest.random(dtype, elements, seed);
        Random random = new Random(seed);
        MomentsPass pass = new MomentsPass(dtype, groups);
        for (int from = 0; from < elements; ) {
            int n = Math.min(elements - from, random.nextInt(40_000));
            pass.add(segment, (long) from * dtype.bytes(), n);
            from += n;
        }
        return Arrays.equals(bits(pass.finish()), bits(MomentsTest.of(dtype, groups, segment)));
    }

    @Property(tries = 60)
    boolean threadsDoNotMatter(
            @ForAll DType dtype,
            @ForAll @IntRange(min = 1, max = 20) int groups,
            @ForAll @IntRange(min = 1, max = 12) int chunks,
            @ForAll long seed) {
        int chunk = 1000 * groups;
        MemorySegment segment = MomentsTest.random(dtype, chunk * chunks, seed);
        List<Moments> parallel =
                IntStream.range(0, chunks)
                        .parallel()
                        .mapToObj(i -> ofChunk(dtype, groups, segment, chunk, i))
                        .toList();
        Moments merged = new Moments(dtype, groups);
        parallel.forEach(merged::merge);
        Moments alone = new Moments(dtype, groups);
        for (int i = 0; i < chunks; i++) {
            alone.merge(ofChunk(dtype, groups, segment, chunk, i));
        }
        Moments whole = MomentsTest.of(dtype, groups, segment);
        double slack = 1e-12 * whole.overall().variance(0);
        return Arrays.equals(bits(merged), bits(alone))
                && Math.abs(whole.variance(0) - merged.variance(0)) <= slack
                && whole.overall().count(0) == merged.overall().count(0);
    }

    private static Moments ofChunk(
            DType dtype, int groups, MemorySegment segment, int chunk, int i) {
        MomentsPass pass = new MomentsPass(dtype, groups);
        pass.add(segment, (long) i * chunk * dtype.bytes(), chunk);
        return pass.finish();
    }

    @Property
    boolean chunksAreWholeRows(@ForAll @IntRange(min = 1) int groups) {
        long chunk = MomentsPass.chunkElements(groups);
        return chunk % groups == 0 && chunk / groups >= 256 && chunk >= 1 << 21;
    }
}
