// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import org.memmpy.os.Disk;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A small file in memory. */
final class MemoryFile implements Disk.DiskFile {
    private byte[] bytes;

    MemoryFile(byte... bytes) {
        this.bytes = bytes;
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public int read(ByteBuffer into, long position) {
        int count = Math.clamp(bytes.length - position, 0, into.remaining());
        if (count > 0) {
            into.put(bytes, (int) position, count);
        }
        return count;
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public void write(ByteBuffer from, long position) {
        int end = Math.toIntExact(position + from.remaining());
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, end);
        }
        from.get(bytes, (int) position, from.remaining());
    }

    @Override
    public void force() {}

    @Override
    public void close() {}
}
