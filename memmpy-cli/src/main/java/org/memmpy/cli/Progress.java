// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

import java.time.Duration;

/** A bar on the terminal for each array that takes a while, or nothing. */
final class Progress implements AutoCloseable {
    /** Making the first bar takes half a second by itself: the terminal's library is large. */
    private static final long PATIENCE_NANOS = 1_000_000_000;

    private final boolean shown;
    private String name;
    private long rows;
    private long done;
    private long started;
    private ProgressBar bar;

    Progress(boolean shown) {
        this.shown = shown;
    }

    /** {@return whether standard error is a terminal; bin/memmpy knows, else the JVM guesses} */
    static boolean isTerminal() {
        String told = System.getProperty("memmpy.terminal");
        if (told != null) {
            return Boolean.parseBoolean(told);
        }
        return System.console().isTerminal();
    }

    /** Starts the next array, of so many rows. */
    void start(String name, long rows) {
        end();
        this.name = name;
        this.rows = rows;
        done = 0;
        started = System.nanoTime();
    }

    /** Rows have been written. */
    void advance(long more) {
        done += more;
        if (bar != null) {
            bar.stepTo(done);
        } else if (shown && System.nanoTime() - started > PATIENCE_NANOS) {
            bar =
                    new ProgressBarBuilder()
                            .setTaskName(name)
                            .setInitialMax(rows)
                            .startsFrom(done, Duration.ofNanos(System.nanoTime() - started))
                            .setUnit(" rows", 1)
                            .setUpdateIntervalMillis(100)
                            .clearDisplayOnFinish()
                            .setStyle(ProgressBarStyle.ASCII)
                            .setConsumer(new ConsoleProgressBarConsumer(System.err))
                            .build();
        }
    }

    /** Removes the bar. */
    void end() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    @Override
    public void close() {
        end();
    }
}
