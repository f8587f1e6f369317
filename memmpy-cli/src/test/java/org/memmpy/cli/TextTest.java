// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TextTest {
    @Test
    void sizesAreReadable() {
        assertEquals("0 B", Text.bytes(0));
        assertEquals("1023 B", Text.bytes(1023));
        assertEquals("1.0 KiB", Text.bytes(1024));
        assertEquals("1.0 MiB", Text.bytes((1 << 20) - 1));
        assertEquals("8.0 EiB", Text.bytes(Long.MAX_VALUE));
        assertEquals("1,234,567 rows", Text.rows(1_234_567));
        assertEquals("1 row", Text.rows(1));
    }
}
