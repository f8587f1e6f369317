// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.batch.ReadPolicy;
import org.memmpy.cli.Contender.Blocks;
import org.memmpy.cli.Contender.Kind;
import org.memmpy.index.Mixing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * What figures recommend; nothing else is known here. Short turns differ by a tenth even on an idle
 * machine, so what is within a tenth of the fastest counts as equal, and the simplest of it is
 * chosen; and if turns of the same contender differ by more, what differs by less than they do.
 *
 * @param calls of a loader's builder, to be copied
 * @param reasons a sentence or two each
 */
record Advice(List<String> calls, List<String> reasons) {
    private static final double EQUAL = 0.9;

    /** A full shuffle mixes best, so blocks must be worth it. */
    private static final double BLOCKS_WORTH = 1.5;

    private static final double CACHED = 0.99;

    /** Turns of one contender that differ by more have measured something else too. */
    private static final double NOISY = 1.5;

    private static final int PAGE = 4096;

    static Advice of(Figures figures) {
        return new Maker(figures).make();
    }

    private static final class Maker {
        private final Figures figures;
        private final List<String> reasons = new ArrayList<>();
        private final boolean isNoisy;

        /** By which factor rates must differ. */
        private final double noise;

        Maker(Figures figures) {
            this.figures = figures;
            this.isNoisy = figures.spread() > NOISY;
            this.noise = isNoisy ? figures.spread() : 1 / EQUAL;
        }

        Advice make() {
            Figure shuffled = fastest(figures.of(Kind.SHUFFLED)).orElseThrow();
            data(shuffled);
            if (isNoisy) {
                add(
                        "Turns of the same contender differ by a factor of %.1f (median), so less than that counts as equal: the machine is busy, or turns are too short. Repeat it when it is idle, or with more --seconds."
                                .formatted(figures.spread()));
            }
            Figure order = order(shuffled);
            ReadPolicy policy = policy(order.contender());
            int threads = threads();
            int prefetch = prefetch();
            Blocks blocks = order.contender().blocks();
            return new Advice(
                    List.of(
                            ".batchSize(" + figures.batch() + ")",
                            order.contender().kind() == Kind.BLOCKS
                                    ? ".order(Order.blocks(seed, %d, %d))"
                                            .formatted(blocks.rows(), blocks.window())
                                    : ".shuffle(seed)",
                            ".read(ReadPolicy." + policy + ")",
                            ".threads(" + threads + ")",
                            ".prefetch(" + prefetch + ")"),
                    reasons);
        }

        /** Says what bounds a shuffle. */
        private void data(Figure shuffled) {
            double speed = figures.bytesPerSecond(shuffled);
            double share = speed / figures.limit();
            if (!figures.isCold()) {
                String place =
                        figures.residentShare() >= CACHED
                                ? "The rows are cached"
                                : Double.isNaN(figures.residentShare())
                                        ? "Whether the rows are cached is unknown"
                                        : "Of the rows only "
                                                + percent(figures.residentShare())
                                                + " were cached";
                add(
                        "%s. Shuffled, they come at %s, %s of a plain copy of the same bytes in order. An epoch at this rate takes %s."
                                .formatted(place, rate(speed), percent(share), time(shuffled)));
                return;
            }
            add(
                    "Not cached, shuffled rows come at %s, %s of a sequential read of the same files: %s rows a second%s. A first epoch at this rate takes %s; what it has read stays in memory as far as it fits."
                            .formatted(
                                    rate(speed),
                                    percent(share),
                                    BenchReport.count(shuffled.rowsPerSecond()),
                                    figures.rowBytes() < PAGE
                                            ? " of %s, for which the disk reads whole pages"
                                                    .formatted(
                                                            Text.bytes(
                                                                    Math.round(figures.rowBytes())))
                                            : "",
                                    time(shuffled)));
        }

        private String time(Figure figure) {
            double seconds = figures.rows() / figure.rowsPerSecond();
            if (seconds < 1) {
                return "less than a second";
            }
            double[] units = {1, 60, 3600};
            String[] names = {"%.0f s", "%.0f minutes", "%.1f hours"};
            int unit = seconds < 120 ? 0 : seconds < 7200 ? 1 : 2;
            return String.format(Locale.ROOT, names[unit], seconds / units[unit]);
        }

        /** {@return the fastest in the order to be chosen; of blocks in the smallest that do} */
        private Figure order(Figure shuffled) {
            Optional<Figure> fastest = fastest(figures.of(Kind.BLOCKS));
            if (fastest.isEmpty()) {
                add("Full shuffle: the data have too few rows for blocks of 1 MiB.");
                return shuffled;
            }
            double gain = fastest.get().rowsPerSecond() / shuffled.rowsPerSecond();
            if (gain < Math.max(BLOCKS_WORTH, noise)) {
                add(
                        "Full shuffle: blocks are %s, and nothing mixes better."
                                .formatted(
                                        gain <= noise
                                                ? "no faster here"
                                                : times(gain) + " as fast only"));
                return shuffled;
            }
            int smallest =
                    figures.of(Kind.BLOCKS)
                            .filter(each -> isEqual(each, fastest.get()))
                            .mapToInt(each -> each.contender().blocks().rows())
                            .min()
                            .orElseThrow();
            Figure chosen =
                    fastest(
                                    figures.of(Kind.BLOCKS)
                                            .filter(
                                                    each ->
                                                            each.contender().blocks().rows()
                                                                    == smallest))
                            .orElseThrow();
            Blocks blocks = chosen.contender().blocks();
            add(
                    "Blocks of %s (%s), %d mixed with each other: %s as fast as a full shuffle.%s If that is too little mixing, keep .shuffle(seed)."
                            .formatted(
                                    Text.bytes(blocks.bytes()),
                                    Text.rows(blocks.rows()),
                                    blocks.window(),
                                    times(chosen.rowsPerSecond() / shuffled.rowsPerSecond()),
                                    mixing(figures.mixing().get(blocks.rows()))));
            return chosen;
        }

        private static String mixing(Mixing mixing) {
            return mixing == null
                    ? ""
                    : " Of a batch %s come from one block (full shuffle: %s)."
                            .formatted(fine(mixing.blockShare()), fine(mixing.uniformBlockShare()));
        }

        private ReadPolicy policy(Contender order) {
            List<Figure> policies =
                    figures.of(order.kind())
                            .filter(each -> each.contender().blocks().equals(order.blocks()))
                            .toList();
            Figure best = fastest(policies.stream()).orElseThrow();
            Optional<Figure> auto =
                    policies.stream()
                            .filter(each -> each.contender().policy() == ReadPolicy.AUTO)
                            .findFirst();
            if (auto.isEmpty() || policies.size() == 1) {
                return best.contender().policy();
            }
            if (isEqual(auto.get(), best)) {
                add(
                        "AUTO is %s, and stays right when what is cached changes."
                                .formatted(
                                        best.equals(auto.get())
                                                ? "the fastest way to read here"
                                                : "as fast as any way to read here, to within "
                                                        + tolerance()));
                return ReadPolicy.AUTO;
            }
            add(
                    "%s is %s as fast as AUTO here."
                            .formatted(
                                    best.contender().policy(),
                                    times(best.rowsPerSecond() / auto.get().rowsPerSecond())));
            return best.contender().policy();
        }

        private int threads() {
            List<Figure> others =
                    variants(figure -> figure.prefetch() == figures.base().prefetch());
            int chosen =
                    fewest(others, Comparator.comparingInt(each -> each.contender().threads()))
                            .contender()
                            .threads();
            if (others.size() > 1) {
                Figure best = fastest(others.stream()).orElseThrow();
                add(
                        "%s, by a full shuffle: %s."
                                .formatted(
                                        chosen == 1 ? "1 thread" : chosen + " threads",
                                        chosen == best.contender().threads()
                                                ? "the fastest of "
                                                        + list(others, Contender::threads)
                                                : "none was faster by more than " + tolerance()));
            }
            return chosen;
        }

        private int prefetch() {
            List<Figure> others = variants(figure -> figure.threads() == figures.base().threads());
            int chosen =
                    fewest(others, Comparator.comparingInt(each -> each.contender().prefetch()))
                            .contender()
                            .prefetch();
            if (others.size() > 1) {
                add(
                        "%d batches ahead, by a full shuffle: %s (the consumer did nothing here; one that works in bursts may gain from more)."
                                .formatted(
                                        chosen,
                                        chosen
                                                        == fastest(others.stream())
                                                                .orElseThrow()
                                                                .contender()
                                                                .prefetch()
                                                ? "the fastest of "
                                                        + list(others, Contender::prefetch)
                                                : "none was faster by more than " + tolerance()));
            }
            return chosen;
        }

        /** {@return full shuffles by AUTO that differ from the base in one thing} */
        private List<Figure> variants(Predicate<Contender> alike) {
            return figures.measured().stream()
                    .filter(
                            each ->
                                    each.contender().kind() == Kind.SHUFFLED
                                            && each.contender().policy() == figures.base().policy()
                                            && alike.test(each.contender()))
                    .toList();
        }

        /** {@return the least that is fast; the base, if noise leaves nothing else to say} */
        private Figure fewest(List<Figure> others, Comparator<Figure> least) {
            Figure best = fastest(others.stream()).orElseThrow();
            List<Figure> fast = others.stream().filter(each -> isEqual(each, best)).toList();
            return fast.stream()
                    .filter(each -> isNoisy && each.contender().equals(figures.base()))
                    .findFirst()
                    .orElseGet(() -> fast.stream().min(least).orElseThrow());
        }

        private static String list(List<Figure> figures, ToIntFunction<Contender> number) {
            return String.join(
                    " and ",
                    figures.stream()
                            .map(Figure::contender)
                            .mapToInt(number)
                            .sorted()
                            .mapToObj(Integer::toString)
                            .toList());
        }

        private static Optional<Figure> fastest(Stream<Figure> figures) {
            return figures.max(Comparator.comparingDouble(Figure::rowsPerSecond));
        }

        private boolean isEqual(Figure figure, Figure best) {
            return figure.rowsPerSecond() * noise >= best.rowsPerSecond();
        }

        private String tolerance() {
            return isNoisy ? String.format(Locale.ROOT, "a factor of %.1f", noise) : "a tenth";
        }

        private void add(String reason) {
            reasons.add(reason);
        }
    }

    private static String rate(double bytesPerSecond) {
        return BenchReport.megabytes(bytesPerSecond) + " MB/s";
    }

    private static String percent(double share) {
        return BenchReport.percent(share);
    }

    private static String fine(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static String times(double ratio) {
        return String.format(Locale.ROOT, ratio < 10 ? "%.1f times" : "%.0f times", ratio);
    }
}
