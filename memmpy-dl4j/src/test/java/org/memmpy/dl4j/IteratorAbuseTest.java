// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.testing.ChildJvm;

import java.nio.file.Path;
import java.util.List;

/**
 * Nothing that public API allows ends the JVM, but what is named unsafe and says so. {@code
 * -Dmemmpy.abuse=10000} tries as often.
 */
class IteratorAbuseTest {
    private static final int ROUNDS = Integer.getInteger("memmpy.abuse", 200);

    @TempDir private Path directory;

    @Test
    void noAbuseEndsTheJvm() throws Exception {
        String said =
                ChildJvm.complete(
                        directory, ModesChild.OPTIONS, IteratorAbuse.class, directory, ROUNDS);
        String told = said.substring(said.lastIndexOf("told "));
        for (String abuse : List.of("STORE_CLOSED", "FILE_CUT", "ITERATOR_CLOSED")) {
            assertTrue(told.contains(abuse), told);
        }
    }
}
