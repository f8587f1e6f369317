// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/** Sorting, merging and finding against boxed lists. */
class KeyRunsTest {
    private record Pair(long hash, long row) {}

    private static final Comparator<Pair> ORDER =
            Comparator.comparing(Pair::hash, Long::compareUnsigned).thenComparingLong(Pair::row);

    /** Hashes spread evenly, or few, or all small, or in two lumps: spread 0 to 3. */
    private static long[] hashes(int n, int spread, Random random) {
        return LongStream.generate(
                        () ->
                                switch (spread) {
                                    case 0 -> random.nextLong();
                                    case 1 -> random.nextInt(7) * 0x2492_4924_9249_2492L;
                                    case 2 -> random.nextInt(1000);
                                    default ->
                                            (random.nextBoolean() ? -1000 : 0)
                                                    + random.nextInt(900);
                                })
                .limit(n)
                .toArray();
    }

    private static MemorySegment sorted(long[] hashes, long first) {
        MemorySegment run = MemorySegment.ofArray(new long[2 * hashes.length]);
        KeyRuns.sort(MemorySegment.ofArray(hashes), first, hashes.length, run);
        return run;
    }

    private static List<Pair> pairs(MemorySegment run) {
        return LongStream.range(0, KeyRuns.pairs(run))
                .mapToObj(i -> new Pair(KeyRuns.hash(run, i), KeyRuns.row(run, i)))
                .toList();
    }

    private static List<Pair> model(long[] hashes, long first) {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < hashes.length; i++) {
            pairs.add(new Pair(hashes[i], first + i));
        }
        pairs.sort(ORDER);
        return pairs;
    }

    @Property(tries = 300)
    void sortsByUnsignedHashThenRow(
            @ForAll @IntRange(max = 3000) int n,
            @ForAll @IntRange(max = 3) int spread,
            @ForAll long seed) {
        long[] hashes = hashes(n, spread, new Random(seed));
        long first = 1L << 40;
        assertEquals(model(hashes, first), pairs(sorted(hashes, first)));
    }

    @Property(tries = 200)
    void mergesRuns(
            @ForAll @IntRange(max = 9) int count,
            @ForAll @IntRange(max = 3) int spread,
            @ForAll @IntRange(min = 1, max = 100) int room,
            @ForAll long seed) {
        Random random = new Random(seed);
        List<MemorySegment> runs = new ArrayList<>();
        List<Pair> model = new ArrayList<>();
        long first = 0;
        for (int i = 0; i < count; i++) {
            long[] hashes = hashes(random.nextInt(200), spread, random);
            runs.add(sorted(hashes, first));
            model.addAll(model(hashes, first));
            first += hashes.length;
        }
        model.sort(ORDER);
        MemorySegment target = MemorySegment.ofArray(new long[2 * model.size()]);
        KeyRunMerge.merge(runs, target);
        assertEquals(model, pairs(target));

        KeyRunMerge merge = new KeyRunMerge(runs);
        MemorySegment piece = MemorySegment.ofArray(new long[2 * room]);
        List<Pair> inPieces = new ArrayList<>();
        long n;
        do {
            n = merge.next(piece);
            inPieces.addAll(pairs(piece.asSlice(0, n * KeyRuns.PAIR)));
        } while (n == room);
        assertEquals(model, inPieces);
    }

    @Test
    void refusesATargetThatIsTooSmall() {
        MemorySegment run = sorted(new long[] {1, 2, 3}, 0);
        MemorySegment target = MemorySegment.ofArray(new long[4]);
        assertThrows(
                IndexOutOfBoundsException.class, () -> KeyRunMerge.merge(List.of(run), target));
    }

    @Property(tries = 300)
    void findsTheFirst(
            @ForAll @IntRange(max = 20_000) int n,
            @ForAll @IntRange(max = 3) int spread,
            @ForAll long seed) {
        Random random = new Random(seed);
        long[] hashes = hashes(n, spread, random);
        MemorySegment run = sorted(hashes, 0);
        MemorySegment plain = MemorySegment.ofArray(hashes);
        long[] inOrder = pairs(run).stream().mapToLong(Pair::hash).toArray();
        long[] sought = Arrays.copyOf(hashes(50, spread, random), 54);
        sought[51] = -1;
        sought[52] = Long.MAX_VALUE;
        sought[53] = Long.MIN_VALUE;
        for (int i = 0; i < 40 + sought.length; i++) {
            long hash = i < sought.length ? sought[i] : n == 0 ? 5 : hashes[random.nextInt(n)];
            long less =
                    Arrays.stream(inOrder).filter(h -> Long.compareUnsigned(h, hash) < 0).count();
            boolean present = less < n && inOrder[(int) less] == hash;
            assertEquals(present ? less : -(less + 1), KeyRuns.first(run, hash));
            long index = KeyRuns.indexOf(plain, 0, n, hash);
            assertEquals(present ? KeyRuns.row(run, less) : -1, index);
            assertEquals(-1, KeyRuns.indexOf(plain, 0, Math.max(0, index), hash));
        }
    }

    /** Evenly spread hashes are what the search expects, not what it needs. */
    @Test
    void findsInGeometricallySpreadHashes() {
        long[] hashes = new long[60_000];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = (long) StrictMath.exp(i * (43.0 / hashes.length));
        }
        MemorySegment run = sorted(hashes, 0);
        for (int i = 0; i < hashes.length; i += 7) {
            long first = KeyRuns.first(run, hashes[i]);
            assertEquals(hashes[i], KeyRuns.hash(run, first));
            assertTrue(first == 0 || KeyRuns.hash(run, first - 1) < hashes[i]);
        }
    }
}
