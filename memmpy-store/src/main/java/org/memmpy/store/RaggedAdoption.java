// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.NodeKind;
import org.memmpy.RaggedType;
import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;
import org.memmpy.kernel.Elements;
import org.memmpy.kernel.Faults;
import org.memmpy.kernel.KeyRunMerge;
import org.memmpy.kernel.KeyRuns;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The ragged arrays of part stores on their way into a store. Values, shapes, keys and hashes are
 * linked as other arrays are; offsets are copied, because they count from the first row of all;
 * sorted runs are made anew by the commit.
 */
final class RaggedAdoption {
    private static final int PIECE_BYTES = 1 << 20;

    private final Path store;
    private final Map<Path, Manifest> parts;

    RaggedAdoption(Path store, Map<Path, Manifest> parts) {
        this.store = store;
        this.parts = parts;
    }

    private static boolean isRagged(Manifest manifest, String path) {
        return manifest.kind(path) == NodeKind.RAGGED;
    }

    private static boolean isOffsets(Manifest manifest, String path) {
        return ("/" + NodeNames.last(path)).equals(RaggedParts.OFFSETS)
                && isRagged(manifest, NodeNames.parent(path));
    }

    /** {@return whether an array's files cannot be taken as they are} */
    static boolean isRewritten(Manifest manifest, String path) {
        return isOffsets(manifest, path) || Compaction.isRuns(manifest, path);
    }

    /**
     * {@return whether an array is the values of a ragged array that has rows}
     *
     * <p>Their file is taken though all rows may be empty: it tells that the part was adopted.
     */
    static boolean hasRowsWithout(Manifest manifest, String path) {
        String above = NodeNames.parent(path);
        return isRagged(manifest, above)
                && path.equals(above + RaggedParts.VALUES)
                && manifest.rows(above) > 0;
    }

    /** Refuses a part whose ragged arrays are of other types than those in a tree. */
    static void requireSameTypes(Path store, PendingTree tree, Path part, Manifest manifest) {
        for (String path : manifest.groups().keySet()) {
            if (isRagged(manifest, path) && tree.kind(path) == NodeKind.RAGGED) {
                RaggedType type = RaggedParts.type(path, tree::array);
                RaggedType other = RaggedParts.type(path, manifest.arrays()::get);
                if (!type.equals(other)) {
                    throw new IllegalArgumentException(
                            "%s: ragged array '%s' is %s, in the part %s %s. Nothing was adopted"
                                    .formatted(store, path, type, part.getFileName(), other));
                }
            }
        }
    }

    /** Adds the offsets that will be there to a tree that has everything else. */
    void addOffsets(PendingTree tree) {
        for (Map.Entry<Path, Manifest> part : parts.entrySet()) {
            Manifest manifest = part.getValue();
            for (String path : manifest.arrays().keySet()) {
                if (isOffsets(manifest, path)) {
                    boolean begins = tree.array(path).rows() == 0;
                    long rows = manifest.arrays().get(path).rows() - (begins ? 0 : 1);
                    tree.addParts(path, List.of(new Manifest.Part(path, rows, 0)));
                }
            }
        }
    }

    /** Appends the offsets, and takes note of the keys; before the other files are linked. */
    void append(JointAppend to, Function<String, PendingKeys> keys) throws IOException {
        Map<String, List<AdoptedKeys>> keyed = new HashMap<>();
        boolean complete = false;
        try {
            Map<String, Long> values = new HashMap<>();
            for (Map.Entry<Path, Manifest> part : parts.entrySet()) {
                Manifest manifest = part.getValue();
                for (String path : manifest.arrays().keySet()) {
                    if (isOffsets(manifest, path)) {
                        String ragged = NodeNames.parent(path);
                        begin(to, path);
                        if (manifest.arrays().containsKey(ragged + RaggedParts.HASHES)) {
                            keyed.computeIfAbsent(ragged, r -> new ArrayList<>())
                                    .add(keys(part.getKey(), manifest, ragged, to.rows(path) - 1));
                        }
                        append(to, part.getKey(), manifest, ragged, values);
                    }
                }
            }
            for (Map.Entry<String, List<AdoptedKeys>> array : keyed.entrySet()) {
                requireUnique(array.getKey(), array.getValue(), keys.apply(array.getKey()));
            }
            complete = true;
        } finally {
            for (Map.Entry<String, List<AdoptedKeys>> array : keyed.entrySet()) {
                for (AdoptedKeys adopted : array.getValue()) {
                    if (complete) {
                        keys.apply(array.getKey()).adopted(adopted);
                        to.onUndo(() -> keys.apply(array.getKey()).forget(adopted));
                    } else {
                        adopted.close();
                    }
                }
            }
        }
    }

    private static AdoptedKeys keys(Path part, Manifest manifest, String ragged, long first) {
        return new AdoptedKeys(part, manifest, ragged, first);
    }

    private static void begin(JointAppend to, String offsets) throws IOException {
        if (to.rows(offsets) == 0) {
            to.append(offsets, MemorySegment.ofArray(new long[1]));
        }
    }

    private void append(
            JointAppend to, Path part, Manifest manifest, String ragged, Map<String, Long> values)
            throws IOException {
        String path = ragged + RaggedParts.OFFSETS;
        if (!values.containsKey(ragged)) {
            values.put(ragged, to.rows(ragged + RaggedParts.VALUES));
        }
        long base = values.get(ragged);
        long count = manifest.arrays().get(ragged + RaggedParts.VALUES).rows();
        String where = part + ", array '" + path + "'";
        long[] last = {-1};
        new Compaction(part, path, manifest.arrays().get(path))
                .copyTo(
                        bytes -> {
                            boolean first = last[0] < 0;
                            rebase(where, bytes, last, base, count);
                            to.append(path, first ? bytes.asSlice(Long.BYTES) : bytes);
                        });
        if (last[0] != count) {
            throw wrong(where, last[0], count);
        }
        values.put(ragged, base + count);
    }

    /** Adds the values before, to offsets that begin with 0 and never decrease. */
    private static void rebase(
            String where, MemorySegment bytes, long[] last, long base, long count) {
        for (long at = 0; at < bytes.byteSize(); at += Long.BYTES) {
            long offset = bytes.get(Elements.LONG, at);
            boolean begins = last[0] < 0;
            if (offset > count || (begins ? offset != 0 : offset < last[0])) {
                throw wrong(where, offset, count);
            }
            last[0] = offset;
            bytes.set(Elements.LONG, at, base + offset);
        }
    }

    private static CorruptStoreException wrong(String where, long offset, long count) {
        return new CorruptStoreException(
                "%s: the offset %,d is wrong: offsets begin with 0, never decrease, and end with %,d, the number of values. They were damaged or overwritten; restore their file from a copy"
                        .formatted(where, offset, count));
    }

    // ---- keys

    private void requireUnique(String ragged, List<AdoptedKeys> parts, PendingKeys known) {
        String where = store + ", ragged array '" + ragged + "'";
        String reading = where;
        try {
            for (AdoptedKeys part : parts) {
                reading = part.where();
                part.requireNew(known, where);
                Faults.settle();
            }
            requireDisjoint(where, parts);
            Faults.settle();
        } catch (InternalError e) {
            throw ReadableRows.cut(reading, e);
        }
    }

    /** Takes 16 bytes of memory for each key, and 24 more for each of those sorted at once. */
    private static void requireDisjoint(String where, List<AdoptedKeys> parts) {
        try (Arena arena = Arena.ofConfined()) {
            List<MemorySegment> runs = new ArrayList<>();
            parts.forEach(part -> runs.addAll(part.runs(arena)));
            KeyRunMerge merge = new KeyRunMerge(runs);
            MemorySegment piece = arena.allocate(PIECE_BYTES, Long.BYTES);
            List<Long> same = new ArrayList<>(); // rows of one hash
            long hash = 0;
            for (long n = merge.next(piece); n > 0; n = merge.next(piece)) {
                for (long pair = 0; pair < n; pair++) {
                    if (KeyRuns.hash(piece, pair) != hash) {
                        same.clear();
                        hash = KeyRuns.hash(piece, pair);
                    }
                    long row = KeyRuns.row(piece, pair);
                    for (long other : same) {
                        requireOther(where, parts, other, row);
                    }
                    same.add(row);
                }
            }
        }
    }

    private static void requireOther(
            String where, List<AdoptedKeys> parts, long row, long otherRow) {
        AdoptedKeys part = holder(parts, row);
        AdoptedKeys other = holder(parts, otherRow);
        byte[] key = part.utf8(row);
        if (Arrays.equals(key, other.utf8(otherRow))) {
            throw new IllegalArgumentException(
                    "%s: the key %s is in the part %s and %s. Keys are unique; nothing was adopted"
                            .formatted(
                                    where,
                                    Keys.quoted(new String(key, StandardCharsets.UTF_8)),
                                    part.part(),
                                    other == part ? "again there" : "in the part " + other.part()));
        }
    }

    private static AdoptedKeys holder(List<AdoptedKeys> parts, long row) {
        return parts.stream().filter(part -> part.holds(row)).findFirst().orElseThrow();
    }
}
