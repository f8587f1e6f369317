// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A part of a file as a stream. The file is neither closed nor otherwise moved. */
final class FilePart extends InputStream {
    private final ReadableFile file;
    private final long end;
    private long position;

    FilePart(ReadableFile file, long position, long bytes) {
        this.file = file;
        this.position = position;
        this.end = position + bytes;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int wanted = (int) Math.min(length, end - position);
        int count = wanted == 0 ? 0 : file.read(ByteBuffer.wrap(bytes, offset, wanted), position);
        position += count;
        return count == 0 ? -1 : count;
    }
}
