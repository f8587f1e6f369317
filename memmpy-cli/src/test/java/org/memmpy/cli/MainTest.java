// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

class MainTest {
    @Test
    void saysItsVersionAndHelp() {
        assertTrue(Cli.run("--version").ok().startsWith("memmpy "));
        String help = Cli.run("--help").ok();
        for (String verb :
                List.of(
                        "import",
                        "describe",
                        "head",
                        "cut",
                        "split",
                        "export",
                        "attr",
                        "rm",
                        "mv",
                        "follow",
                        "pack")) {
            assertTrue(help.contains("\n  " + verb), help);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "import",
                "describe",
                "head",
                "cut",
                "split",
                "export",
                "attr",
                "attr get",
                "attr set",
                "attr rm",
                "rm",
                "mv",
                "follow",
                "verify",
                "vacuum",
                "compact",
                "pack",
                "unpack"
            })
    void helpOfEachVerbHasAnExample(String verb) {
        String help = Cli.run((Object[]) (verb + " --help").split(" ")).ok();
        assertTrue(help.contains("Usage: memmpy " + verb), help);
        assertTrue(help.contains("\n  memmpy " + verb + " "), help);
        assertEquals(List.of(), help.lines().filter(line -> line.length() > 80).toList());
    }

    @Test
    void aWrongCommandLineIsExitCode2() {
        Cli.run().fails(2, "a verb is missing", "'memmpy --help'");
        Cli.run("imprt").fails(2, "imprt", "Did you mean import");
        Cli.run("--nix").fails(2, "--nix");
        Cli.run("describe", "--nix", "x").fails(2, "--nix", "'memmpy describe --help'");
    }

    @Test
    void aStackTraceIsShownOnlyIfAskedForBeforeOrAfterTheVerb() {
        Cli.run("describe", "nix").fails(1, "nix");
        for (Object[] args :
                new Object[][] {
                    {"--stacktrace", "describe", "nix"},
                    {"describe", "nix", "--stacktrace"},
                    {"describe", "--nix", "--stacktrace"}
                }) {
            String err = Cli.run(args).err();
            assertTrue(err.startsWith("memmpy: "), err);
            assertTrue(err.contains("\tat org.memmpy.cli.") || err.contains("\tat picocli."), err);
        }
    }

    @Test
    void outputThatCannotBeWrittenIsAFailure() {
        assertEquals(
                "1 memmpy: standard output could not be written: No space left on device. What was"
                        + " printed is not complete",
                failing("No space left on device"));
        assertEquals("0 ", failing("Broken pipe"));
    }

    private static String failing(String reason) {
        StringWriter err = new StringWriter();
        OutputStream full =
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException(reason);
                    }
                };
        Output out = new Output(full, StandardCharsets.UTF_8);
        int exitCode = Main.run(out, new PrintWriter(err), 0, "--help");
        return exitCode + " " + err.toString().strip();
    }
}
