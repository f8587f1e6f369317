// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.memmpy.batch.ReadMode;
import org.memmpy.batch.ReadPolicy;
import org.memmpy.cli.Contender.Blocks;
import org.memmpy.cli.Contender.Kind;
import org.memmpy.index.Mixing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

class AdviceTest {
    private static final int ROW_BYTES = 1024;
    private static final Blocks LARGE = new Blocks(1024, 64, 1 << 20);
    private static final Blocks SMALL = new Blocks(256, 256, 1 << 18);

    private final List<Figure> measured = new ArrayList<>();

    private static Contender shuffled(int threads, int prefetch) {
        return new Contender(Kind.SHUFFLED, Blocks.NONE, ReadPolicy.AUTO, threads, prefetch);
    }

    private static Contender of(Kind kind, Blocks blocks, ReadPolicy policy) {
        return new Contender(kind, blocks, policy, 2, 4);
    }

    private void add(Contender contender, double... rowsPerSecond) {
        List<Double> samples = new ArrayList<>();
        for (double each : rowsPerSecond) {
            samples.add(each);
        }
        measured.add(new Figure(contender, samples, 1, 0, ReadMode.PLAIN));
    }

    private Advice advice(boolean cold, double residentShare) {
        return Advice.of(
                new Figures(
                        measured,
                        List.of(900e6, 1000e6),
                        shuffled(2, 4),
                        cold,
                        residentShare,
                        1_000_000,
                        ROW_BYTES,
                        256,
                        1_000_000,
                        Map.of(1024, new Mixing(0.02, 0.004, 16, 15))));
    }

    private static void assertSays(Advice advice, String... texts) {
        String said = String.join("\n", advice.reasons());
        for (String text : texts) {
            assertTrue(said.contains(text), () -> "'" + text + "' is not in: " + said);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // rows a second of AUTO, MAPPED, PREAD; what is chosen
        "100, 100, 100, AUTO",
        "91, 100, 20, AUTO",
        "89, 100, 20, MAPPED",
        "50, 60, 100, PREAD",
        "100, 10, 10, AUTO",
    })
    void autoUnlessAnotherIsMoreThanATenthFaster(
            double auto, double mapped, double pread, String chosen) {
        add(of(Kind.SHUFFLED, Blocks.NONE, ReadPolicy.AUTO), auto);
        add(of(Kind.SHUFFLED, Blocks.NONE, ReadPolicy.MAPPED), mapped);
        add(of(Kind.SHUFFLED, Blocks.NONE, ReadPolicy.PREAD), pread);
        assertEquals(".read(ReadPolicy." + chosen + ")", advice(true, 0).calls().get(2));
    }

    @ParameterizedTest
    @CsvSource({
        // rows a second of a full shuffle, of large blocks, of small ones; what is chosen
        "100, 100, 100, .shuffle(seed)",
        "100, 149, 10, .shuffle(seed)",
        "100, 151, 100, '.order(Order.blocks(seed, 1024, 64))'",
        "100, 1000, 910, '.order(Order.blocks(seed, 256, 256))'",
        "100, 1000, 890, '.order(Order.blocks(seed, 1024, 64))'",
        "100, 300, 1000, '.order(Order.blocks(seed, 256, 256))'",
    })
    void blocksIfTheyAreWorthItAndThenTheSmallest(
            double full, double large, double small, String chosen) {
        add(of(Kind.SEQUENTIAL, Blocks.NONE, ReadPolicy.AUTO), 5000);
        add(of(Kind.SHUFFLED, Blocks.NONE, ReadPolicy.AUTO), full);
        add(of(Kind.BLOCKS, LARGE, ReadPolicy.AUTO), large);
        add(of(Kind.BLOCKS, SMALL, ReadPolicy.AUTO), small);
        assertEquals(chosen, advice(true, 0).calls().get(1));
    }

    @Test
    void blocksSayWhatTheyCost() {
        add(of(Kind.SHUFFLED, Blocks.NONE, ReadPolicy.AUTO), 100);
        add(of(Kind.BLOCKS, LARGE, ReadPolicy.AUTO), 450);
        add(of(Kind.BLOCKS, LARGE, ReadPolicy.PREAD), 2000);
        Advice advice = advice(true, 0);
        assertEquals(".read(ReadPolicy.PREAD)", advice.calls().get(2));
        assertSays(
                advice,
                "20 times as fast as a full shuffle",
                "2.0 % come from one block (full shuffle: 0.4 %)",
                "PREAD is 4.4 times as fast as AUTO");
    }

    @ParameterizedTest
    @CsvSource({
        // rows a second with 1 thread, 2, 8, and with 16 batches ahead; what is chosen
        "100, 100, 100, 100, 1, 4",
        "91, 100, 95, 100, 1, 4",
        "50, 100, 109, 112, 2, 16",
        "50, 100, 200, 110, 8, 4",
    })
    void asFewThreadsAndBatchesAsAreFast(
            double one, double two, double eight, double more, int threads, int prefetch) {
        add(shuffled(1, 4), one);
        add(shuffled(2, 4), two);
        add(shuffled(8, 4), eight);
        add(shuffled(2, 16), more);
        assertEquals(
                List.of(".threads(" + threads + ")", ".prefetch(" + prefetch + ")"),
                advice(false, 1).calls().subList(3, 5));
    }

    @Test
    void whatWasNotComparedIsKeptWithoutAReason() {
        add(shuffled(2, 4), 500_000);
        Advice advice = advice(false, 1);
        assertEquals(
                List.of(
                        ".batchSize(256)",
                        ".shuffle(seed)",
                        ".read(ReadPolicy.AUTO)",
                        ".threads(2)",
                        ".prefetch(4)"),
                advice.calls());
        assertEquals(2, advice.reasons().size());
        assertSays(
                advice,
                "The rows are cached. Shuffled, they come at 512 MB/s, 51 % of a plain copy",
                "takes 2 s",
                "too few rows for blocks");
    }

    @Test
    void saysWhatTheRowsAreReadFrom() {
        add(shuffled(2, 4), 100);
        assertSays(advice(false, 0.25), "Of the rows only 25 % were cached", "2.8 hours");
        assertSays(advice(false, Double.NaN), "Whether the rows are cached is unknown");
        assertSays(
                advice(true, 0),
                "Not cached, shuffled rows come at 0.1 MB/s",
                "100 rows a second of 1.0 KiB, for which the disk reads whole pages");
    }

    @Test
    void noiseIsToldAndCountsAsEqual() {
        add(shuffled(2, 4), 100, 120, 290);
        add(shuffled(1, 4), 100, 130, 290);
        add(shuffled(8, 4), 200, 300, 580);
        add(of(Kind.SHUFFLED, Blocks.NONE, ReadPolicy.MAPPED), 200, 300, 580);
        add(of(Kind.BLOCKS, LARGE, ReadPolicy.AUTO), 200, 340, 580);
        Advice advice = advice(true, 0);
        assertEquals(
                List.of(".shuffle(seed)", ".read(ReadPolicy.AUTO)", ".threads(2)", ".prefetch(4)"),
                advice.calls().subList(1, 5));
        assertSays(advice, "differ by a factor of 2.9 (median)", "to within a factor of 2.9");
        measured.clear();
        add(shuffled(2, 4), 100, 110, 120);
        assertEquals(2, advice(false, 1).reasons().size());
    }
}
