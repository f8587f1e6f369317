// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

class RealDiskTest {
    @Test
    void aFailedWriteNamesTheFile() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "no /dev/full");
        try (Disk.DiskFile file = Disk.REAL.open(full)) {
            IOException e =
                    assertThrows(
                            IOException.class, () -> file.write(ByteBuffer.wrap(new byte[9]), 0));
            assertEquals(
                    "/dev/full: it could not be written: No space left on device. Look for a full"
                            + " disk, a quota or a limit on file sizes, and try again",
                    e.getMessage());
        }
    }
}
