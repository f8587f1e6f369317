// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.store.Store;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts {@code bin/memmpy} over {@code target/memmpy.jar} as a user does. */
class LauncherIT {
    private static final Path LAUNCHER = Path.of("../bin/memmpy").toAbsolutePath().normalize();

    @TempDir private Path folder;
    private Path store;
    private Path x;

    @BeforeAll
    static void isBuilt() {
        assumeTrue(Files.exists(Path.of("target/memmpy.jar")), "target/memmpy.jar is not built");
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no /bin/sh");
    }

    @BeforeEach
    void source() throws IOException {
        store = folder.resolve("s.memmpy");
        x = Sources.ints(folder.resolve("x.npy"), 1, 2, 3);
    }

    @Test
    void runsFromAnywhereThroughLinksAndKeepsArgumentsWhole() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("a link"), LAUNCHER);
        Path second = Files.createSymbolicLink(folder.resolve("m"), link.getFileName());
        Sources.ints(folder.resolve("two  words.npy"), 7);
        Sources.ints(folder.resolve("$HOME é;.npy"), 8);
        start("./m", Map.of(), "import", "two  words.npy", "$HOME é;.npy", "s t").ok();
        assertEquals("7\n", start("./m", Map.of(), "head", "s t", "two  words").ok());
        Files.delete(second); // JUnit warns where it removes links that lead elsewhere
        Files.delete(link);
    }

    @Test
    void runsThroughALinkedFolderAndAsAnArgumentOfTheShell() throws Exception {
        Path bin = Files.createSymbolicLink(folder.resolve("bin"), LAUNCHER.getParent());
        start(bin.resolve("memmpy").toString(), Map.of(), "--version").ok();
        Path mm =
                Files.createSymbolicLink(
                        folder.resolve("mm"), folder.toRealPath().relativize(LAUNCHER));
        start("/bin/sh", Map.of(), "mm", "--version").ok();
        Files.delete(mm);
        Files.delete(bin);
    }

    @Test
    void opensNamesBeyondAsciiInEveryLocale() throws Exception {
        Path file = Sources.ints(folder.resolve("é.npy"), 8);
        for (String locale : List.of("C", "POSIX", "en_US.ISO-8859-1", "de_DE", "no_SUCH")) {
            Path into = folder.resolve(locale);
            start(LAUNCHER.toString(), Map.of("LC_ALL", locale), "import", file, into).ok();
            assertTrue(Files.exists(into.resolve("é.npy")), locale);
        }
    }

    @Test
    void theUserMayChooseTheCollector() throws Exception {
        for (String options : List.of("-XX:+UseParallelGC", "-Xmx64m -XX:+UseG1GC")) {
            start(LAUNCHER.toString(), Map.of("MEMMPY_OPTS", options), "--version").ok();
        }
    }

    @Test
    void passesExitCodesOn() throws Exception {
        memmpy("describe", store).fails(1, "no such store");
        memmpy("describe").fails(2, "STORE");
        assertTrue(memmpy("--version").ok().matches("memmpy \\d.* \\(Java \\d.*\\)\n"));
    }

    @Test
    void measuresWithoutAWordOfTheJvm() throws Exception {
        memmpy("import", x, store).ok();
        String said = memmpy("bench", store, "--seconds", "0.1").ok();
        assertTrue(said.contains("100 % of the rows are in memory\n"), said);
    }

    @Test
    void cutsAndSplitsThroughTheShell() throws Exception {
        memmpy("import", x, store).ok();
        String found = memmpy("cut", store, "(x >= 1) & (x < limit)", "--const", "limit=1e9").ok();
        assertTrue(found.contains(" of 3 rows"), found);
        Cli.Result refused = memmpy("cut", store, "x >= 1 & x < 2");
        assertEquals(1, refused.exitCode());
        assertTrue(refused.err().contains("Write (x >= 1) & (x < 2)\n"), refused.err());
        String parts =
                memmpy("split", store, "--fractions", "0.5,0.5", "--seed", "42", "--save", "part")
                        .ok();
        assertTrue(parts.contains("part"), parts);
    }

    @Test
    void saysWhoIsWriting() throws Exception {
        memmpy("import", x, store).ok();
        try (Store writer = Store.edit(store)) {
            memmpy("import", x, writer.path())
                    .fails(1, "process " + pid() + " on ", " is writing to the store");
        }
        memmpy("import", x, store).ok();
    }

    @Test
    void outputThatCannotBeWrittenIsAFailure() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/full")), "no /dev/full");
        memmpy("import", x, store).ok();
        for (String command :
                List.of(
                        "\"$0\" head s.memmpy x >/dev/full",
                        "\"$0\" describe s.memmpy >/dev/full",
                        "\"$0\" --help >/dev/full",
                        "\"$0\" head s.memmpy x >&-")) {
            start("/bin/sh", Map.of(), "-c", command, LAUNCHER)
                    .fails(1, "standard output could not be written: ");
        }
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed() throws Exception {
        Path wide = folder.resolve("wide.npy");
        Files.write(wide, Sources.npy("'|u1'", "(1000000,)", new byte[1_000_000]));
        String limited = "ulimit -f 100; \"$0\" \"$@\"";
        start("/bin/sh", Map.of(), "-c", limited, LAUNCHER, "import", wide, store)
                .fails(1, "s.memmpy/wide.npy: it could not be written: ", "limit on file sizes");
        assertFalse(Files.exists(store));
        memmpy("import", wide, store).ok();
        Path copy = folder.resolve("copy.npy");
        start("/bin/sh", Map.of(), "-c", limited, LAUNCHER, "export", store, "wide", copy)
                .fails(1, "copy.npy: it could not be written: ", "limit on file sizes");
        assertFalse(Files.exists(copy));
    }

    @Test
    void aWarningIsOneLine() throws Exception {
        memmpy("import", x, store).ok();
        Files.write(store.resolve("memmpy-000002.json"), new byte[] {'{'});
        Cli.Result result = memmpy("describe", store);
        assertEquals(0, result.exitCode());
        assertTrue(result.err().startsWith("memmpy: warning: "), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void anImportThatIsToldToEndLeavesNothing() throws Exception {
        // a pipe, so that the import is certainly in the middle when it is stopped
        Path pipe = folder.resolve("endless.npy");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        Path err = folder.resolve("err");
        Process process =
                process(LAUNCHER.toString(), Map.of(), "import", pipe, store)
                        .redirectError(err.toFile())
                        .start();
        try (var feed = Files.newOutputStream(pipe)) {
            byte[] rows = Sources.npy("'<i4'", "(1000000000, 1)", new byte[0]);
            feed.write(rows);
            byte[] piece = new byte[1 << 20];
            for (int i = 0; i < 3; i++) {
                feed.write(piece); // the pipe holds 64 KiB, so the import has taken rows by now
            }
            assertTrue(Files.exists(store));
            process.destroy();
            while (process.isAlive()) {
                feed.write(piece);
            }
        } catch (IOException e) {
            // the reader has left
        }
        assertFalse(process.waitFor() == 0);
        assertEquals("memmpy: interrupted; nothing was imported\n", Files.readString(err));
        assertFalse(Files.exists(store));
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void followingAStoreEndsWithoutAWord() throws Exception {
        memmpy("import", x, store).ok();
        Path err = folder.resolve("err");
        Process process =
                process(LAUNCHER.toString(), Map.of(), "follow", store)
                        .redirectError(err.toFile())
                        .start();
        try (BufferedReader lines = process.inputReader()) {
            assertEquals("generation 2: / 3 rows", lines.readLine());
            memmpy("import", x, store).ok();
            assertEquals("generation 3: / +3 rows, now 6", lines.readLine());
            process.toHandle().destroy(); // leaves the pipe open
            assertNull(lines.readLine());
        }
        process.waitFor();
        assertEquals("", Files.readString(err));
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        Path copy = Files.createDirectories(folder.resolve("bin")).resolve("memmpy");
        Files.copy(LAUNCHER, copy);
        Files.setPosixFilePermissions(copy, Files.getPosixFilePermissions(LAUNCHER));
        start(copy.toString(), Map.of()).fails(1, "memmpy.jar is missing", "mvn package");
        start(LAUNCHER.toString(), Map.of("MEMMPY_JAVA", "/nix")).fails(1, "MEMMPY_JAVA is '/nix'");

        Path old = Files.createDirectories(folder.resolve("old/bin"));
        Files.createFile(old.resolve("java")).toFile().setExecutable(true);
        Files.writeString(folder.resolve("old/release"), "JAVA_VERSION=\"17.0.1\"\n");
        start(LAUNCHER.toString(), Map.of("MEMMPY_JAVA", folder.resolve("old").toString()))
                .fails(1, "which is Java 17.0.1", "JDK 25");
        // an old one in JAVA_HOME is passed over
        start(
                        LAUNCHER.toString(),
                        Map.of(
                                "JAVA_HOME",
                                folder.resolve("old").toString(),
                                "JAVA25_HOME",
                                System.getProperty("java.home")),
                        "--version")
                .ok();
    }

    private static long pid() {
        return ProcessHandle.current().pid();
    }

    private Cli.Result memmpy(Object... args) throws Exception {
        return start(LAUNCHER.toString(), Map.of(), args);
    }

    private Cli.Result start(String command, Map<String, String> environment, Object... args)
            throws Exception {
        Path out = Files.createTempFile(folder, "out", null);
        Path err = Files.createTempFile(folder, "err", null);
        Process process =
                process(command, environment, args)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        int exitCode = process.waitFor();
        return new Cli.Result(exitCode, Files.readString(out), Files.readString(err));
    }

    private ProcessBuilder process(
            String command, Map<String, String> environment, Object... args) {
        List<String> line = new ArrayList<>(List.of(command));
        for (Object arg : args) {
            line.add(arg.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
        // the JDK that runs the tests, wherever it is installed
        builder.environment().put("JAVA25_HOME", System.getProperty("java.home"));
        builder.environment().remove("MEMMPY_JAVA");
        builder.environment().putAll(environment);
        return builder;
    }
}
