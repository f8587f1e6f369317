// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts another JVM on this one's class path. */
public final class ChildJvm {
    /** Of a JVM whose anonymous memory grows by leaks only, and that knows what is left open. */
    private static final List<String> STEADY =
            List.of(
                    "-Xms256m",
                    "-Xmx256m",
                    "-XX:+AlwaysPreTouch",
                    "-XX:+UseSerialGC",
                    // C2 takes some 50 MiB now and then, which the C library keeps
                    "-XX:TieredStopAtLevel=1",
                    "-Dorg.memmpy.trackOpen=true",
                    "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");

    private ChildJvm() {}

    /**
     * {@return options of a JVM whose anonymous memory grows by leaks only}
     *
     * @param more options
     */
    public static List<String> steady(String... more) {
        List<String> options = new ArrayList<>(STEADY);
        options.addAll(List.of(more));
        return options;
    }

    /**
     * Starts a main class.
     *
     * @param main the class
     * @param args its arguments
     * @return the process; its error output goes to its output
     * @throws IOException if it cannot be started
     */
    public static Process start(Class<?> main, Object... args) throws IOException {
        return start(List.of(), main, args);
    }

    /**
     * Starts a main class with options of its own.
     *
     * @param options of the JVM
     * @param main the class
     * @param args its arguments
     * @return the process; its error output goes to its output
     * @throws IOException if it cannot be started
     */
    public static Process start(List<String> options, Class<?> main, Object... args)
            throws IOException {
        return new ProcessBuilder(command(options, main, args)).redirectErrorStream(true).start();
    }

    /**
     * {@return what starts a main class}
     *
     * @param options of the JVM
     * @param main the class
     * @param args its arguments
     */
    public static List<String> command(List<String> options, Class<?> main, Object... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx128m");
        if (options.stream().noneMatch(option -> option.contains("native-access"))) {
            command.add("--enable-native-access=ALL-UNNAMED"); // it warns of no call
        }
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        for (Object arg : args) {
            command.add(arg.toString());
        }
        return command;
    }

    /**
     * Runs a main class to its end.
     *
     * @param directory where the JVM writes why it died, if it does
     * @param options of the JVM
     * @param main the class
     * @param args its arguments
     * @return its output
     * @throws AssertionError if it died or its exit code is not 0; with its output
     * @throws IOException if it cannot be started
     * @throws InterruptedException if this thread is interrupted
     */
    public static String complete(
            Path directory, List<String> options, Class<?> main, Object... args)
            throws IOException, InterruptedException {
        Path death = directory.resolve("hs_err.log");
        List<String> all = new ArrayList<>(options);
        all.add("-XX:ErrorFile=" + death);
        all.add("-XX:-CreateCoredumpOnCrash");
        ProcessBuilder builder = new ProcessBuilder(command(all, main, args));
        // or what the C library keeps for each thread looks like a leak
        builder.environment().put("MALLOC_ARENA_MAX", "1");
        Process child = builder.redirectErrorStream(true).start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = child.waitFor();
        if (code != 0 || Files.exists(death)) {
            throw new AssertionError(main.getSimpleName() + " ended with " + code + ": " + said);
        }
        return said;
    }
}
