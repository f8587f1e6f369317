// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Mappings that are unmapped together, when nobody holds them any more.
 *
 * <p>Closing an arena costs a handshake with every thread (2.5 to 6.7 ms were measured), so a store
 * keeps one for all arrays that it maps, not one for each, and begins another when this one has
 * become {@linkplain #isSparse sparse}. Holds are counted: the creator has one, and whoever reads
 * without the JVM's own check takes another. The last {@link #release} unmaps. Safe from any
 * thread.
 */
public final class MapArena {
    private final Arena arena = Arena.ofShared();
    private int holds = 1;
    private long mappings;

    /** Makes an arena with one hold, the caller's. */
    public MapArena() {
        OpenResources.opened(this, "mappings");
    }

    /**
     * Maps a file read-only.
     *
     * @param file the file; it may be closed, renamed or deleted afterwards
     * @param offset where to begin
     * @param bytes how much of it
     * @param advice what to tell the system of this mapping
     * @return a segment that lives until the last release
     */
    public MemorySegment map(Path file, long offset, long bytes, NativeCalls.Advice advice)
            throws IOException {
        MemorySegment mapped =
                Uninterrupted.call(
                        () -> {
                            try (FileChannel channel =
                                    FileChannel.open(file, StandardOpenOption.READ)) {
                                return map(channel, offset, bytes);
                            }
                        });
        NativeCalls.advise(mapped, advice);
        return mapped;
    }

    /**
     * Maps all of a file read-only, as long as it is now. The bytes stay those of this file even if
     * another one gets its name.
     *
     * @param file the file; as with {@link #map(Path, long, long, NativeCalls.Advice)}
     * @return a segment that lives until the last release
     */
    public MemorySegment map(Path file) throws IOException {
        return Uninterrupted.call(
                () -> {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                        return map(channel, 0, channel.size());
                    }
                });
    }

    private MemorySegment map(FileChannel channel, long offset, long bytes) throws IOException {
        MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, offset, bytes, arena);
        synchronized (this) {
            mappings++;
        }
        return mapped;
    }

    /**
     * {@return whether less than half of the mappings are in use, if whoever uses one has a hold}
     */
    public synchronized boolean isSparse() {
        return 2L * (holds - 1) < mappings;
    }

    /** {@return whether another hold was taken; false if the last was given back already} */
    public synchronized boolean retain() {
        if (holds == 0) {
            return false;
        }
        holds++;
        return true;
    }

    /** Gives one hold back; the last unmaps. */
    public void release() {
        synchronized (this) {
            if (holds == 0) {
                throw new IllegalStateException("released more often than held");
            }
            if (--holds > 0) {
                return;
            }
        }
        Arenas.close(arena, () -> OpenResources.closed(this));
    }
}
