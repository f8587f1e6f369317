// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.io.PrintWriter;
import java.io.StringWriter;

class ProgressTest {
    private final StringWriter err = new StringWriter();
    private long seconds;

    @Test
    void drawsWhatFitsAndRemovesIt() {
        String tail = "] 2,500 of 10,000 rows, 3 s left";
        shown(120, "image  25% [" + "=".repeat(10) + " ".repeat(30) + tail);
        shown(60, "image  25% [===            " + tail);
        shown(50, "image  25% 2,500 of 10,000 rows, 3 s left");
        shown(30, "image  25%");
        shown(8, "image  ");
    }

    private void shown(int columns, String line) {
        err.getBuffer().setLength(0);
        try (Progress progress = progress(columns)) {
            progress.start("image", 10_000);
            seconds++;
            progress.advance(2_500);
        }
        assertEquals("\r" + line + "\r" + " ".repeat(line.length()) + "\r", err.toString());
    }

    @Test
    void countsBytes() {
        try (Progress progress = progress(90)) {
            progress.at("verified", 0, 4 << 20);
            seconds++;
            progress.at("verified", 1 << 20, 4 << 20);
        }
        String bar = "[" + "=".repeat(10) + " ".repeat(30) + "]";
        String line = "verified  25% " + bar + " 1.0 MiB of 4.0 MiB, 3 s left";
        assertEquals("\r" + line + "\r" + " ".repeat(line.length()) + "\r", err.toString());
    }

    @Test
    void isSilentForAWhileAndWithoutATerminal() {
        try (Progress progress = progress(80)) {
            progress.start("image", 10_000);
            progress.advance(9_999);
        }
        try (Progress progress = progress(0)) {
            progress.start("image", 10_000);
            seconds++;
            progress.advance(9_999);
        }
        assertEquals("", err.toString());
    }

    private Progress progress(int columns) {
        return new Progress(new PrintWriter(err), columns, () -> seconds * 1_000_000_000);
    }
}
