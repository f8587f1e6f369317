// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.store.Store;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Log records as one line each on standard error, in place of the JDK's two. */
final class Warnings extends Handler {
    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger STORE = Logger.getLogger("org.memmpy.store");

    private final Formatter formatter = new SimpleFormatter();
    private final Set<String> printed = ConcurrentHashMap.newKeySet();
    private final PrintWriter err;
    private final Handler[] replaced;

    private Warnings(PrintWriter err, Handler[] replaced) {
        this.err = err;
        this.replaced = replaced;
    }

    /** {@return the handler in place of the present ones, to be closed} */
    static Warnings to(PrintWriter err) {
        Handler[] present = ROOT.getHandlers();
        Arrays.stream(present).forEach(ROOT::removeHandler);
        Warnings warnings = new Warnings(err, present);
        ROOT.addHandler(warnings);
        return warnings;
    }

    /** Closes a store whose rows are discarded on purpose, of which it would warn. */
    static void closeQuietly(Store store) {
        Level level = STORE.getLevel();
        STORE.setLevel(Level.SEVERE);
        try {
            store.close();
        } finally {
            STORE.setLevel(level);
        }
    }

    @Override
    public void publish(LogRecord entry) {
        if (!isLoggable(entry)) {
            return;
        }
        Throwable thrown = entry.getThrown();
        String text = formatter.formatMessage(entry).strip().replaceAll("\\s*\\R\\s*", " ");
        String line =
                "memmpy: %s: %s%s"
                        .formatted(
                                entry.getLevel().getName().toLowerCase(Locale.ROOT),
                                text,
                                thrown == null ? "" : " (" + Errors.sentence(thrown) + ")");
        // a store that looks twice has found nothing new
        if (printed.add(line)) {
            err.println(line);
            flush();
        }
    }

    @Override
    public void flush() {
        err.flush();
    }

    @Override
    public void close() {
        ROOT.removeHandler(this);
        Arrays.stream(replaced).forEach(ROOT::addHandler);
    }
}
