// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.race;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A contender in Python: a script of a suite, which measures itself. */
public final class Peer {
    private final String python;
    private final String source;
    private final Path library;
    private final String version;

    private Peer(String python, String source, Path library) throws IOException {
        this.python = python;
        this.source = source;
        this.library = library;
        this.version = call("version");
    }

    /**
     * Starts a script and asks it for the version of what it measures.
     *
     * @param pythons commands, of which the first that has the needed modules is taken
     * @param library a directory to import from; null if Python finds all by itself
     * @param scripts the resources' names, from the root; run as one
     * @return the script, ready to be timed
     * @throws SkippedException if none of the commands can run it
     */
    public static Peer find(List<String> pythons, Path library, String... scripts)
            throws IOException {
        StringBuilder source = new StringBuilder();
        for (String script : scripts) {
            try (InputStream in = Peer.class.getResourceAsStream(script)) {
                source.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        List<String> reasons = new ArrayList<>();
        for (String python : pythons) {
            try {
                return new Peer(python, source.toString(), library);
            } catch (SkippedException e) {
                reasons.add(python + ": " + e.getMessage());
            }
        }
        throw new SkippedException(String.join("; ", reasons));
    }

    /** {@return the version of what is measured, as it says itself} */
    public String version() {
        return version;
    }

    /**
     * {@return the seconds that the script says its work took}
     *
     * @param args what to work on
     * @throws SkippedException if the script fails or cannot be started; the message is its last
     *     line
     * @throws IOException if it says something else than seconds
     */
    public double seconds(Object... args) throws IOException {
        String answer = call(args);
        try {
            return Double.parseDouble(answer);
        } catch (NumberFormatException e) {
            throw new IOException("the script printed '" + answer + "' instead of seconds", e);
        }
    }

    /** {@return the last line that the script prints} */
    private String call(Object... args) throws IOException {
        Process process = start(args);
        String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        String lastLine = output.substring(output.lastIndexOf('\n') + 1);
        try {
            if (process.waitFor() != 0) {
                throw new SkippedException(lastLine);
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted while waiting for Python", e);
        }
        return lastLine;
    }

    /**
     * Starts the script and leaves it running.
     *
     * @param args what to work on
     * @return what to ask it by
     * @throws SkippedException if it cannot be started
     */
    public Dialogue talk(Object... args) throws IOException {
        return new Dialogue(start(args));
    }

    private Process start(Object... args) throws SkippedException {
        List<String> command = new ArrayList<>(List.of(python, "-B", "-c", source));
        for (Object arg : args) {
            command.add(arg.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (library != null) {
            builder.environment().put("PYTHONPATH", library.toString());
        }
        try {
            return builder.start();
        } catch (IOException e) {
            throw new SkippedException("it cannot be started");
        }
    }
}
