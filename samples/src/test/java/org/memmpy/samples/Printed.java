// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What a sample prints, for its test to read. */
final class Printed {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Screen screen() {
        return Screen.plain(new PrintStream(out, true, StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
