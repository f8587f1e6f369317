// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Hashes of row keys: 64-bit FNV-1a of a key's UTF-8 bytes, as draft-eastlake-fnv ("The FNV
 * Non-Cryptographic Hash Algorithm", Fowler, Noll, Vo, Eastlake and Hansen) has it, with that
 * draft's offset basis.
 */
public final class KeyHashes {
    private static final long OFFSET_BASIS = 0xcbf2_9ce4_8422_2325L;
    private static final long PRIME = 0x0000_0100_0000_01b3L;

    private KeyHashes() {}

    /** {@return the hash of a key} */
    public static long hash(byte[] utf8) {
        long hash = OFFSET_BASIS;
        for (byte b : utf8) {
            hash = (hash ^ (b & 0xff)) * PRIME;
        }
        return hash;
    }

    /** {@return the hash of a key that lies in memory} */
    public static long hash(MemorySegment segment, long offset, long bytes) {
        long hash = OFFSET_BASIS;
        for (long i = 0; i < bytes; i++) {
            hash = (hash ^ (segment.get(ValueLayout.JAVA_BYTE, offset + i) & 0xff)) * PRIME;
        }
        return hash;
    }

    /**
     * Hashes keys that lie one behind the other.
     *
     * @param bytes of all keys
     * @param offsets int64: key {@code i} is {@code bytes[offsets[i]:offsets[i + 1]]}
     * @param first the first key
     * @param count how many
     * @param target gets an int64 for each
     */
    public static void hash(
            MemorySegment bytes,
            MemorySegment offsets,
            long first,
            long count,
            MemorySegment target) {
        for (long i = 0; i < count; i++) {
            long start = offsets.get(Elements.LONG, 8 * (first + i));
            long end = offsets.get(Elements.LONG, 8 * (first + i + 1));
            target.set(Elements.LONG, 8 * i, hash(bytes, start, end - start));
        }
    }
}
