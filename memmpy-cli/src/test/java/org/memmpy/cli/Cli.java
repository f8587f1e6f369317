// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;

/** The command line in this process. */
final class Cli {
    private Cli() {}

    /** What a command left behind. */
    record Result(int exitCode, String out, String err) {
        /** Asserts success without a word on standard error; {@return standard output} */
        String ok() {
            assertEquals("", err);
            assertEquals(0, exitCode);
            return out;
        }

        /** Asserts a failure that says one line, with all of some texts in it. */
        void fails(int expectedCode, String... texts) {
            assertEquals(expectedCode, exitCode, err);
            assertEquals("", out);
            assertEquals(1, err.lines().count(), err);
            assertTrue(err.startsWith("memmpy: "), err);
            for (String text : texts) {
                assertTrue(err.contains(text), () -> "'" + text + "' is not in: " + err);
            }
        }
    }

    /** Runs a command; {@link Path}s and other objects are arguments too. */
    static Result run(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] texts = Arrays.stream(args).map(Object::toString).toArray(String[]::new);
        int exitCode = Main.run(new PrintWriter(out), new PrintWriter(err), 0, texts);
        return new Result(exitCode, lines(out), lines(err));
    }

    private static String lines(StringWriter text) {
        return text.toString().replace(System.lineSeparator(), "\n");
    }
}
