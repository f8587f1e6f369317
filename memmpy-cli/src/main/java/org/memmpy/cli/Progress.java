// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import java.io.Console;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * A bar on the terminal for each array that takes a while, or nothing.
 *
 * <p>Drawn by the thread that does the work. The library me.tongfei:progressbar was tried: its
 * terminal library takes half a second to start, and sets Ctrl-C back to ending the JVM without
 * shutdown hooks, so that a half-imported store stayed.
 */
final class Progress implements AutoCloseable {
    private static final long FIRST_NANOS = 500_000_000;
    private static final long EVERY_NANOS = 100_000_000;
    private static final int USUAL_COLUMNS = 80;
    private static final int SHORTEST_BAR = 10;
    private static final int LONGEST_BAR = 40;

    private final PrintWriter err;
    private final int columns;
    private final LongSupplier nanoTime;
    private String name;
    private LongFunction<String> format;
    private String all;
    private long rows;
    private long done;
    private long started;
    private long nextDrawing;
    private int drawn;

    /**
     * Makes a display for one array after the other.
     *
     * @param err the terminal
     * @param columns its width; 0 shows nothing
     * @param nanoTime as {@link System#nanoTime}
     */
    Progress(PrintWriter err, int columns, LongSupplier nanoTime) {
        this.err = err;
        this.columns = columns;
        this.nanoTime = nanoTime;
    }

    /** {@return the width of standard error's terminal, 0 if it is none; bin/memmpy tells} */
    @SuppressWarnings("SystemConsoleNull") // seen null in a pipe on JDK 25, whatever the check says
    static int terminalColumns() {
        Integer told = Integer.getInteger("memmpy.columns");
        if (told != null) {
            return told;
        }
        Console console = System.console(); // null where there is no terminal at all
        return console != null && console.isTerminal() ? USUAL_COLUMNS : 0;
    }

    /** Starts the next array, of so many rows. */
    void start(String name, long rows) {
        start(name, rows, Text::number, Text.rows(rows));
    }

    /** Tells how many bytes of a task are done; the first time for a name starts it. */
    void at(String task, long bytes, long total) {
        if (!task.equals(name)) {
            start(task, total, Text::bytes, Text.bytes(total));
        }
        advance(bytes - done);
    }

    /**
     * {@return what shows a task's bytes, and ends it in order at Ctrl-C}
     *
     * @param consequence of ending, for the user
     */
    org.memmpy.store.Progress of(String task, Interrupt interrupt, String consequence) {
        return (bytes, total) -> {
            try {
                interrupt.check(consequence);
            } catch (InterruptedIOException e) {
                throw new UncheckedIOException(e);
            }
            at(task, bytes, total);
        };
    }

    /** Starts a task of so many steps of another kind. */
    void start(String name, long rows, LongFunction<String> format, String all) {
        end();
        this.name = name;
        this.rows = rows;
        this.format = format;
        this.all = all;
        done = 0;
        started = nanoTime.getAsLong();
        nextDrawing = started + FIRST_NANOS;
    }

    /** Tells that rows were written. */
    void advance(long more) {
        done += more;
        if (columns == 0) {
            return;
        }
        long now = nanoTime.getAsLong();
        if (now - nextDrawing >= 0) {
            nextDrawing = now + EVERY_NANOS;
            draw(line(now - started));
        }
    }

    private String line(long nanos) {
        double share = (double) done / rows;
        String head = "%s %3d%%".formatted(name, (int) (100 * share));
        String tail =
                "%s of %s, %,d s left"
                        .formatted(
                                format.apply(done),
                                all,
                                (long) Math.ceil(nanos / 1e9 * (1 - share) / share));
        // the last column stays empty: writing there moves some terminals to the next line
        int space = Math.min(LONGEST_BAR, columns - 1 - head.length() - tail.length() - 4);
        if (space >= SHORTEST_BAR) {
            int full = (int) (share * space);
            return head + " [" + "=".repeat(full) + " ".repeat(space - full) + "] " + tail;
        }
        String brief = head + " " + tail;
        return brief.length() < columns
                ? brief
                : head.substring(0, Math.min(head.length(), columns - 1));
    }

    private void draw(String line) {
        err.print("\r" + line + " ".repeat(Math.max(0, drawn - line.length())));
        err.flush();
        drawn = line.length();
    }

    /** Removes the bar. */
    void end() {
        if (drawn > 0) {
            draw("");
            err.print("\r");
            err.flush();
        }
    }

    @Override
    public void close() {
        end();
    }
}
