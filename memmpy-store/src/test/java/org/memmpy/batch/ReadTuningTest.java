// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.memmpy.batch.ReadTuning.Choice;
import org.memmpy.batch.ReadTuning.Round;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/** What is decided from measurements; machines are functions here. */
class ReadTuningTest {
    private static final Set<ReadMode> ALL = EnumSet.allOf(ReadMode.class);
    private static final double UNKNOWN = Double.NaN;

    private static ReadTuning auto(ReadMode first) {
        return new ReadTuning(ALL, Choice.first(first, 4), 64);
    }

    private static Round cached(double rate) {
        return new Round(rate, 0.01, UNKNOWN, 0.9);
    }

    /** {@return the choices of some rounds on a machine where the consumer waits for a disk} */
    private static List<Choice> run(ReadTuning tuning, int rounds, ToDoubleFunction<Choice> rate) {
        List<Choice> choices = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            Choice now = tuning.choice();
            choices.add(now);
            tuning.after(new Round(rate.applyAsDouble(now), 0.8, 0.9, 0.9));
        }
        return choices;
    }

    /** {@return the share of the best rate that the last half of some rounds had} */
    private static double share(List<Choice> choices, double best, ToDoubleFunction<Choice> rate) {
        return choices.subList(choices.size() / 2, choices.size()).stream()
                        .mapToDouble(rate)
                        .average()
                        .orElseThrow()
                / best;
    }

    @Test
    void cachedRowsAreLeftAlone() {
        ReadTuning tuning = auto(ReadMode.PLAIN);
        for (int i = 0; i < 1000; i++) {
            assertEquals(ReadMode.PLAIN, tuning.after(cached(1e9)).mode());
        }
    }

    @Test
    void asksWhenThreadsStandStillOnRowsThatAreNotThere() {
        ReadTuning tuning = auto(ReadMode.PLAIN);
        tuning.after(cached(1e9));
        assertEquals(ReadMode.ASK, tuning.after(new Round(1e6, 0.9, 0.5, 0.9)).mode());
    }

    @Test
    void aBusyMachineIsNoSlowDiskUnlessItStaysSo() {
        ReadTuning tuning = auto(ReadMode.PLAIN);
        for (int i = 0; i < 100; i++) { // now and then others have the processor
            assertEquals(ReadMode.PLAIN, tuning.after(new Round(1e8, 0.9, 0, 0.9)).mode());
            assertEquals(ReadMode.PLAIN, tuning.after(new Round(1e8, 0.9, 0, 0.9)).mode());
            assertEquals(ReadMode.PLAIN, tuning.after(cached(1e9)).mode());
        }
        for (int i = 0; i < 3; i++) {
            assertEquals(ReadMode.PLAIN, tuning.after(new Round(1e8, 0.9, UNKNOWN, 1)).mode());
        }
        assertEquals(ReadMode.ASK, tuning.after(new Round(1e8, 0.9, UNKNOWN, 1)).mode());
    }

    @Test
    void asksForNothingWhenRowsAreThere() {
        ReadTuning tuning = auto(ReadMode.ASK);
        run(tuning, 10, choice -> 1e6);
        for (int i = 0; i < 20; i++) {
            tuning.after(new Round(1e9, 0.02, 0, 0.9));
        }
        assertEquals(ReadMode.PLAIN, tuning.choice().mode());
    }

    @Test
    void whoAlwaysHearsThatRowsAreThereDoesNotBelieveIt() {
        ReadTuning tuning = auto(ReadMode.ASK);
        for (int i = 0; i < 100; i++) {
            tuning.after(new Round(1e6, 0.9, 0, 0.05));
        }
        assertEquals(ReadMode.ASK, tuning.choice().mode());
    }

    @Test
    void aConsumerThatDoesNotWaitIsNotExperimentedWith() {
        ReadTuning tuning = auto(ReadMode.ASK);
        Choice first = tuning.choice();
        for (int i = 0; i < 100; i++) {
            assertEquals(first, tuning.after(new Round(1e6, 0.9, 0.9, 0.02)));
        }
    }

    @Test
    void asksFurtherAheadAsLongAsThatHelps() {
        ReadTuning tuning = auto(ReadMode.ASK);
        ToDoubleFunction<Choice> disk =
                choice -> choice.mode() == ReadMode.ASK ? Math.min(choice.lead(), 16) : 1;
        List<Choice> choices = run(tuning, 400, disk);
        assertTrue(share(choices, 16, disk) > 0.95, choices::toString);
        assertTrue(choices.stream().anyMatch(choice -> choice.lead() == 32), "has not tried more");
        assertTrue(choices.getLast().lead() <= 32, choices::toString);
    }

    @Test
    void readsByPositionWhereThatIsFaster() {
        ReadTuning tuning = auto(ReadMode.ASK);
        ToDoubleFunction<Choice> network =
                choice -> choice.mode() == ReadMode.PREAD ? Math.min(choice.threads(), 32) : 3;
        List<Choice> choices = run(tuning, 400, network);
        assertTrue(share(choices, 32, network) > 0.9, choices::toString);
        assertEquals(ReadMode.PREAD, choices.getLast().mode());
    }

    @Test
    void staysWithAskingWhereThatIsFaster() {
        ReadTuning tuning = auto(ReadMode.ASK);
        ToDoubleFunction<Choice> disk = choice -> choice.mode() == ReadMode.ASK ? 10 : 2;
        List<Choice> choices = run(tuning, 1000, disk);
        assertTrue(share(choices, 10, disk) > 0.95, choices::toString);
        assertTrue(
                choices.stream().anyMatch(choice -> choice.mode() == ReadMode.PREAD),
                "has not tried the other way");
    }

    /** Rates that are half as much or half as little again by chance, as on a busy machine. */
    @Test
    void chanceMisleadsItSeldom() {
        SplittableRandom random = new SplittableRandom(5);
        ReadTuning tuning = auto(ReadMode.ASK);
        ToDoubleFunction<Choice> disk = choice -> choice.mode() == ReadMode.ASK ? 10 : 5;
        List<Choice> choices =
                run(
                        tuning,
                        4000,
                        choice -> disk.applyAsDouble(choice) * (0.5 + random.nextDouble()));
        assertTrue(share(choices, 10, disk) > 0.9, () -> "" + share(choices, 10, disk));
    }

    @Test
    void whatIsOnlyTriedIsNotTheBest() {
        ReadTuning tuning = auto(ReadMode.ASK);
        Choice first = tuning.choice();
        while (tuning.choice().equals(first)) {
            run(tuning, 1, choice -> 10);
        }
        assertEquals(first, tuning.best());
    }

    @Test
    void whatDoesNotWorkIsNotTriedAgain() {
        ReadTuning tuning = auto(ReadMode.ASK);
        while (tuning.choice().mode() != ReadMode.PREAD) {
            run(tuning, 1, choice -> 10);
        }
        assertEquals(ReadMode.ASK, tuning.without(ReadMode.PREAD).mode());
        run(tuning, 1000, choice -> 10)
                .forEach(choice -> assertEquals(ReadMode.ASK, choice.mode()));

        ReadTuning begins = auto(ReadMode.PREAD); // as a pass before has found to be best
        assertEquals(ReadMode.PLAIN, begins.without(ReadMode.PREAD).mode());
    }

    @Test
    void findsOutThatTheDiskHasChanged() {
        ReadTuning tuning = auto(ReadMode.ASK);
        run(tuning, 100, choice -> choice.mode() == ReadMode.ASK ? 10 : 2);
        List<Choice> after = run(tuning, 4000, choice -> choice.mode() == ReadMode.ASK ? 2 : 10);
        assertEquals(ReadMode.PREAD, after.getLast().mode());
    }

    @Test
    void fixedPoliciesKeepTheirWay() {
        for (ReadMode only : ReadMode.values()) {
            ReadTuning tuning = new ReadTuning(EnumSet.of(only), Choice.first(only, 4), 64);
            for (int i = 0; i < 200; i++) {
                tuning.after(new Round(i % 7, i % 2, i % 3 / 2.0, 0.9));
                tuning.after(new Round(i % 7, 0.9, UNKNOWN, 0.9));
                assertEquals(only, tuning.choice().mode());
            }
        }
    }

    @Test
    void fewRowsAreNotAskedFurtherAheadThanThereIsMemory() {
        ReadTuning tuning =
                new ReadTuning(EnumSet.of(ReadMode.ASK), Choice.first(ReadMode.ASK, 8), 2);
        assertEquals(2, tuning.choice().lead());
        run(tuning, 100, Choice::lead).forEach(choice -> assertEquals(2, choice.lead()));
    }
}
