// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A run of bytes in a file.
 *
 * @param file closed with this
 * @param offset where the run begins
 * @param size its length
 */
record FileSection(ReadableFile file, long offset, long size) implements ReadableFile {
    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        return file.read(into, offset + position);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
