// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A channel whose force fails while a thread is interrupted. It does what Java's own does then. */
final class FailingChannel extends FileChannel {
    private final Thread interrupted;

    FailingChannel(Thread interrupted) {
        this.interrupted = interrupted;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        try {
            begin();
            interrupted.interrupt();
            throw new IOException("the disk failed");
        } finally {
            end(false); // throws over it, if this thread was interrupted
        }
    }

    @Override
    protected void implCloseChannel() {}

    private static UnsupportedOperationException unsupported() {
        return new UnsupportedOperationException();
    }

    @Override
    public int read(ByteBuffer to) {
        throw unsupported();
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) {
        throw unsupported();
    }

    @Override
    public int write(ByteBuffer from) {
        throw unsupported();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) {
        throw unsupported();
    }

    @Override
    public long position() {
        throw unsupported();
    }

    @Override
    public FileChannel position(long position) {
        throw unsupported();
    }

    @Override
    public long size() {
        throw unsupported();
    }

    @Override
    public FileChannel truncate(long size) {
        throw unsupported();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
        throw unsupported();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw unsupported();
    }

    @Override
    public int read(ByteBuffer to, long position) {
        throw unsupported();
    }

    @Override
    public int write(ByteBuffer from, long position) {
        throw unsupported();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw unsupported();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
        throw unsupported();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
        throw unsupported();
    }
}
