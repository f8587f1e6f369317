// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.race;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A contender in Python that stays: a line on its standard input is a question, and a line that
 * begins with {@code "= "} the answer.
 */
public final class Dialogue implements AutoCloseable {
    private static final String ANSWER = "= ";

    private final Process process;
    private final BufferedReader lines;

    Dialogue(Process process) {
        this.process = process;
        this.lines = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * {@return the next answer}
     *
     * @throws SkippedException if the script ended instead; the message is its last line
     * @throws IOException if it cannot be read
     */
    public String answer() throws IOException {
        String last = "it ended without a word";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(ANSWER)) {
                return line.substring(ANSWER.length());
            }
            last = line;
        }
        throw new SkippedException(last);
    }

    /**
     * {@return the answer to a question}
     *
     * @param question one line
     * @throws SkippedException if the script ended instead; the message is its last line
     * @throws IOException if it cannot be read
     */
    public String ask(String question) throws IOException {
        try {
            process.outputWriter(StandardCharsets.UTF_8).append(question).append('\n').flush();
        } catch (IOException e) {
            return answer(); // it has ended, and its last line says why
        }
        return answer();
    }

    /** Ends the script by the end of its input, and waits until it has ended. */
    @Override
    public void close() throws IOException {
        try {
            process.outputWriter(StandardCharsets.UTF_8).close();
        } catch (IOException e) {
            // it has ended already
        }
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            throw new IOException("interrupted while waiting for Python", e);
        }
    }
}
