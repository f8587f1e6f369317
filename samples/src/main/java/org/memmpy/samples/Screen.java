// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;

/** What the user sees: lines, and on a terminal a bar that is gone when its work is done. */
@SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of its own
final class Screen {
    private final PrintStream out;
    private final boolean terminal;

    private Screen(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** {@return the standard output} */
    @SuppressWarnings("SystemConsoleNull") // JDK 25's does return null where there is no terminal
    static Screen standard() {
        Console console = System.console();
        return new Screen(System.out, console != null && console.isTerminal());
    }

    /** {@return lines only, for logs and tests} */
    static Screen plain(PrintStream out) {
        return new Screen(out, false);
    }

    /** Prints a line as {@link String#format} does. */
    void line(String format, Object... values) {
        String line = values.length == 0 ? format : String.format(Locale.ROOT, format, values);
        out.println(line.stripTrailing());
        out.flush();
    }

    void blank() {
        line("");
    }

    /** Prints a name and what there is to say of it. */
    void fact(String name, String format, Object... values) {
        line("  %-9s %s".formatted(name, String.format(Locale.ROOT, format, values)));
    }

    /**
     * Starts a piece of work.
     *
     * @param task what to call it
     * @param steps how many there will be
     * @return to be told of them and closed
     */
    Progress progress(String task, long steps) {
        if (!terminal) {
            return Progress.UNSEEN;
        }
        ProgressBar bar =
                new ProgressBarBuilder()
                        .setTaskName("  " + task)
                        .setInitialMax(steps)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(100)
                        .setConsumer(new OneLine())
                        .clearDisplayOnFinish()
                        .build();
        return new Progress() {
            @Override
            public void step(long count) {
                bar.stepBy(count);
            }

            @Override
            public void close() {
                bar.close();
            }
        };
    }

    /** The library's own leaves an empty line behind. */
    private static final class OneLine implements ProgressBarConsumer {
        private static final int COLUMNS = 79;

        @Override
        public int getMaxRenderedLength() {
            return COLUMNS;
        }

        @Override
        public void accept(String bar) {
            System.err.print('\r' + bar);
        }

        @Override
        public void clear() {
            System.err.print('\r' + " ".repeat(COLUMNS) + '\r');
        }

        @Override
        public void close() {
            System.err.flush();
        }
    }

    /** Is told how far a piece of work has come. */
    interface Progress extends AutoCloseable {
        /** Shows nothing. */
        Progress UNSEEN =
                new Progress() {
                    @Override
                    public void step(long count) {}

                    @Override
                    public void close() {}
                };

        /** Some steps were done. */
        void step(long count) throws IOException;

        @Override
        void close();
    }
}
