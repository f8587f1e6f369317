// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.format.Manifest;
import org.memmpy.kernel.KeyHashes;
import org.memmpy.kernel.KeyRuns;
import org.memmpy.os.MapArena;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The keys of the ragged array of one part store, mapped there, and the rows that they become. */
final class AdoptedKeys implements AutoCloseable {
    /** So many are sorted at once; a run is a multiple of what this takes. */
    private static final int MOST = 1 << 22;

    private static final int PIECE = 1 << 13;

    private final String part;
    private final String where;
    private final long first;
    private final MapArena maps = new MapArena();
    private final RaggedRows rows;

    /**
     * Keys of a part.
     *
     * @param part its directory
     * @param path the ragged array in it
     * @param first the row that its first one becomes
     */
    AdoptedKeys(Path part, Manifest manifest, String path, long first) {
        this.part = part.getFileName().toString();
        this.where = part + ", ragged array '" + path + "'";
        this.first = first;
        this.rows =
                new RaggedRows(
                        new StoreFiles.InDirectory(part),
                        part.toString(),
                        path,
                        RaggedParts.type(path, manifest.arrays()::get),
                        manifest.arrays()::get,
                        maps,
                        null);
    }

    String part() {
        return part;
    }

    String where() {
        return where;
    }

    long count() {
        return rows.keys().count();
    }

    /** {@return whether one of its rows becomes a row} */
    boolean holds(long row) {
        return row >= first && row - first < count();
    }

    /** {@return the row that the one with a key becomes; -1 for none} */
    long row(byte[] utf8) {
        long row = rows.keys().row(utf8);
        return row < 0 ? -1 : first + row;
    }

    /** {@return the key of a row} */
    byte[] utf8(long row) {
        return rows.keys().utf8(row - first);
    }

    /**
     * Makes sure that no key is known, and that the hashes are those of the keys.
     *
     * @throws IllegalArgumentException if one is
     */
    void requireNew(PendingKeys known, String store) {
        ByteBuffer hashes = ByteBuffer.allocate(8 * PIECE).order(ByteOrder.LITTLE_ENDIAN);
        for (long row = 0; row < count(); row++) {
            int at = (int) (row % PIECE);
            if (at == 0) {
                long bytes = 8 * Math.min(PIECE, count() - row);
                rows.keys()
                        .copyHashes(row, MemorySegment.ofArray(hashes.array()).asSlice(0, bytes));
            }
            byte[] utf8 = rows.keys().utf8(row);
            if (KeyHashes.hash(utf8) != hashes.getLong(8 * at)) {
                throw new CorruptStoreException(
                        "%s: the hash of row %,d is not that of its key. The hashes or the keys were damaged or overwritten; restore their files from a copy"
                                .formatted(where, row));
            }
            String key = new String(utf8, StandardCharsets.UTF_8);
            long other = known.row(key, utf8);
            if (other >= 0) {
                throw new IllegalArgumentException(
                        "%s: the key %s of the part %s is that of row %,d already. Keys are unique; nothing was adopted"
                                .formatted(store, Keys.quoted(key), part, other));
            }
        }
    }

    /** {@return its hashes and the rows that they become, in sorted runs} */
    List<MemorySegment> runs(Arena arena) {
        List<MemorySegment> runs = new ArrayList<>();
        for (long done = 0; done < count(); done += MOST) {
            long n = Math.min(MOST, count() - done);
            MemorySegment run = arena.allocate(KeyRuns.PAIR * n, Long.BYTES);
            try (Arena scratch = Arena.ofConfined()) {
                MemorySegment hashes = scratch.allocate(Long.BYTES * n, Long.BYTES);
                rows.keys().copyHashes(done, hashes);
                KeyRuns.sort(hashes, first + done, n, run);
            }
            runs.add(run);
        }
        return runs;
    }

    @Override
    public void close() {
        rows.retire();
        maps.release();
    }
}
