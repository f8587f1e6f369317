// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.race;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A channel may take less than it is given. */
public final class Channels {
    private Channels() {}

    /**
     * Writes all bytes.
     *
     * @param out where to
     * @param bytes from their position to their limit
     * @throws IOException if they cannot be written
     */
    public static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
