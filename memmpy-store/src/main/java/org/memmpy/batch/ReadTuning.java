// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import java.util.EnumSet;
import java.util.Set;

/**
 * Decides how a pass reads, from what was measured. It reads no clock and starts nothing: a number
 * of {@link Round}s gives the same choices every time. Not thread-safe.
 *
 * <p>Rows that are cached are copied, and nothing is asked for. When gathering stands still, the
 * system is asked for coming rows; when what is asked for was there already, some rounds long, that
 * ends again. While the consumer waits for data, one thing at a time is tried for some rounds and
 * kept if that was faster: to ask further ahead or to read with more threads, then the other way to
 * read. What did not help is tried again after a while, each time after twice as long.
 */
final class ReadTuning {
    /** Less is not worth doing anything about; scheduling takes as much on a busy machine. */
    private static final double STALLED = 0.2;

    /** The consumer is the bottleneck if it waits less. */
    private static final double WAITING = 0.1;

    /** What differs less may be chance. */
    private static final double FASTER = 1.05;

    /** How often rows must have been there, or gathering must have stood still, to be believed. */
    private static final int PERSISTENT = 4;

    /** A disk that others use too is not equally fast for long. */
    private static final int TRIAL_ROUNDS = 3;

    private static final double NEWEST_WEIGHT = 0.3;
    private static final int LONGEST_PATIENCE = 512;
    private static final int FIRST_THREADS = 16;
    private static final int MOST_THREADS = 64;

    /**
     * How to read.
     *
     * @param mode what to do
     * @param lead how many batches ahead the system is asked
     * @param threads how many read by position
     */
    record Choice(ReadMode mode, int lead, int threads) {
        /** {@return what to begin with if nothing is known} */
        static Choice first(ReadMode mode, int lead) {
            return new Choice(mode, lead, FIRST_THREADS);
        }

        Choice in(ReadMode other) {
            return new Choice(other, lead, threads);
        }
    }

    /**
     * What some batches in a row were like.
     *
     * @param bytesPerSecond that were gathered
     * @param stalled the share of their time in which gathering threads stood still
     * @param absent the share of sampled rows that were not in memory; NaN if none was sampled
     * @param waited the share of the time in which the consumer waited
     */
    record Round(double bytesPerSecond, double stalled, double absent, double waited) {}

    private final Set<ReadMode> modes;
    private final int mostLead;
    private Choice choice;

    /** What was in force before a trial; null while nothing is tried. */
    private Choice before;

    private double rateBefore;

    /** Of the choice in force, smoothed. */
    private double rate;

    private int rounds;
    private boolean settling;
    private boolean grown;
    private int stalls;
    private int present;
    private boolean everAbsent;
    private int patience = 1;
    private int untilTrial = TRIAL_ROUNDS;

    /**
     * Begins.
     *
     * @param modes that may be chosen, at least one
     * @param first with one of them
     * @param mostLead how many batches ahead to ask at most
     */
    ReadTuning(Set<ReadMode> modes, Choice first, int mostLead) {
        this.modes = EnumSet.copyOf(modes);
        this.mostLead = Math.max(1, mostLead);
        this.choice =
                new Choice(
                        first.mode(), Math.clamp(first.lead(), 1, this.mostLead), first.threads());
    }

    Choice choice() {
        return choice;
    }

    /** {@return what has been found to be best so far; not what is only being tried} */
    Choice best() {
        return before == null ? choice : before;
    }

    /** {@return what to do from now on, without a mode that has turned out not to work here} */
    Choice without(ReadMode mode) {
        modes.remove(mode);
        boolean isTrial = before != null && before.mode() != mode;
        choose(isTrial ? before : choice.in(modes.iterator().next()));
        before = null;
        giveUp();
        return choice;
    }

    /** {@return what to do from now on} */
    Choice after(Round round) {
        everAbsent |= round.absent() > 0;
        if (settling) {
            settling = false; // what the choice before had begun is in this round
        } else if (choice.mode() == ReadMode.PLAIN) {
            afterPlain(round);
        } else {
            afterReading(round);
        }
        return choice;
    }

    private void afterPlain(Round round) {
        stalls = round.stalled() > STALLED ? stalls + 1 : 0;
        boolean proven = stalls > 0 && round.absent() > 0;
        if (modes.size() > 1 && (proven || stalls >= PERSISTENT)) {
            choose(choice.in(modes.contains(ReadMode.ASK) ? ReadMode.ASK : ReadMode.PREAD));
        }
    }

    private void afterReading(Round round) {
        rounds++;
        rate =
                rounds == 1
                        ? round.bytesPerSecond()
                        : rate + NEWEST_WEIGHT * (round.bytesPerSecond() - rate);
        // some systems say of files of others that all is there: who never heard no believes no yes
        present = everAbsent && round.absent() == 0 ? present + 1 : 0;
        if (present >= PERSISTENT && modes.contains(ReadMode.PLAIN)) {
            before = null;
            choose(choice.in(ReadMode.PLAIN));
        } else if (before != null) {
            if (rounds == TRIAL_ROUNDS) {
                endTrial();
            }
        } else if (round.waited() > WAITING && --untilTrial <= 0) {
            tryAnother();
        }
    }

    private void tryAnother() {
        Choice next = grown ? null : more();
        if (next == null) {
            next = otherWay();
        }
        if (next == null) {
            giveUp();
            return;
        }
        before = choice;
        rateBefore = rate;
        choose(next);
    }

    private void endTrial() {
        boolean sameWay = before.mode() == choice.mode();
        if (rate > FASTER * rateBefore) {
            grown = false; // of what has helped, more may help more
            patience = 1;
            untilTrial = TRIAL_ROUNDS;
        } else {
            choose(before);
            rate = rateBefore;
            rounds = TRIAL_ROUNDS;
            if (sameWay && otherWay() != null) {
                grown = true;
                untilTrial = 1;
            } else {
                giveUp();
            }
        }
        before = null;
    }

    private void giveUp() {
        grown = false;
        untilTrial = PERSISTENT * patience;
        patience = Math.min(2 * patience, LONGEST_PATIENCE);
    }

    /** {@return more of the same; null if there is no more} */
    private Choice more() {
        if (choice.mode() == ReadMode.ASK) {
            int lead = Math.min(2 * choice.lead(), mostLead);
            return lead == choice.lead() ? null : new Choice(choice.mode(), lead, choice.threads());
        }
        int threads = Math.min(2 * choice.threads(), MOST_THREADS);
        return threads == choice.threads()
                ? null
                : new Choice(choice.mode(), choice.lead(), threads);
    }

    private Choice otherWay() {
        ReadMode other = choice.mode() == ReadMode.ASK ? ReadMode.PREAD : ReadMode.ASK;
        return modes.contains(other) ? choice.in(other) : null;
    }

    private void choose(Choice next) {
        choice = next;
        settling = true;
        rounds = 0;
        stalls = 0;
        present = 0;
    }
}
