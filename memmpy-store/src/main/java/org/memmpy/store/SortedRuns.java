// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Manifest;
import org.memmpy.kernel.Faults;
import org.memmpy.kernel.KeyRunMerge;
import org.memmpy.kernel.KeyRuns;
import org.memmpy.os.MapArena;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Sorts the key hashes of a ragged array that no run has yet, when they have become many. A new run
 * swallows the runs before it that are less than twice as long, as a binary counter carries: at
 * most some log2(rows / 16,384) runs stay, and each pair is written that often.
 */
final class SortedRuns implements AutoCloseable {
    /** So many rows at most are found by a scan. */
    static final int TAIL = 16_384;

    /** So many rows are sorted at once, in 24 bytes of memory each. */
    private static final int MOST = 1 << 22;

    private static final int PIECE_BYTES = 1 << 20;

    private final Path store;
    private final String path;
    private final PendingFiles files;
    private final Manifest.Array sorted;
    private final List<Run> runs = new ArrayList<>();
    private final MapArena maps = new MapArena();
    private boolean complete;

    /**
     * One sorted run.
     *
     * @param by what has written it just now; null if it is committed
     */
    private record Run(Manifest.Part part, PartWriter by) {}

    /**
     * The runs of an array.
     *
     * @param path the array of runs
     * @param sorted what is committed of it
     */
    SortedRuns(Path store, String path, PendingFiles files, Manifest.Array sorted) {
        this.store = store;
        this.path = path;
        this.files = files;
        this.sorted = sorted;
        for (Manifest.Part part : sorted.parts()) {
            if (part.rows() > 0) {
                runs.add(new Run(part, null));
            }
        }
    }

    /**
     * Sorts rows behind those that are in runs.
     *
     * @param hashes one for each row, written to the files completely
     * @return the array of runs with the new ones, to be forced
     */
    ArrayAppender extend(Manifest.Array hashes) throws IOException {
        Rows rows = rows(hashes);
        try {
            long done = sorted.rows();
            while (rows.count() - done > TAIL) {
                long count = Math.min(MOST, rows.count() - done);
                addRun(rows, done, count);
                done += count;
            }
            Faults.settle();
        } catch (InternalError e) {
            throw ReadableRows.cut(where(), e);
        } finally {
            rows.retire();
        }
        List<Manifest.Part> kept = new ArrayList<>();
        runs.stream().filter(run -> run.by == null).forEach(run -> kept.add(run.part));
        ArrayAppender appender =
                new ArrayAppender(
                        files.of(path),
                        where(),
                        new Manifest.Array(sorted.type(), kept, sorted.attributes()));
        runs.stream().filter(run -> run.by != null).forEach(run -> appender.add(run.part, run.by));
        complete = true;
        return appender;
    }

    private String where() {
        return store + ", array '" + path + "'";
    }

    private Rows rows(Manifest.Array array) {
        return new Rows(new StoreFiles.InDirectory(store), where(), array, maps, null);
    }

    private void addRun(Rows hashes, long first, long count) throws IOException {
        int keep = runs.size();
        long pairs = count;
        while (keep > 0 && runs.get(keep - 1).part.rows() < 2 * pairs) {
            pairs += runs.get(--keep).part.rows();
        }
        List<Run> merged = runs.subList(keep, runs.size());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment run = arena.allocate(KeyRuns.PAIR * count, Long.BYTES);
            MemorySegment plain = arena.allocate(Long.BYTES * count, Long.BYTES);
            hashes.copy(first, plain);
            KeyRuns.sort(plain, first, count, run);
            Run added = merged.isEmpty() ? write(List.of(run)) : merge(merged, run);
            for (Run old : merged) {
                discard(old);
            }
            merged.clear();
            runs.add(added);
        }
    }

    private Run merge(List<Run> before, MemorySegment last) throws IOException {
        List<Manifest.Part> parts = before.stream().map(Run::part).toList();
        Rows rows = rows(new Manifest.Array(sorted.type(), parts, Map.of()));
        try (RowLease lease = rows.lease(Access.NORMAL)) {
            List<MemorySegment> segments = new ArrayList<>();
            for (int part = 0; part < lease.parts(); part++) {
                segments.add(lease.segment(part));
            }
            segments.add(last);
            return write(segments);
        } finally {
            rows.retire();
        }
    }

    private Run write(List<MemorySegment> segments) throws IOException {
        PartWriter out = files.of(path).create(sorted.type());
        boolean written = false;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment piece = arena.allocate(PIECE_BYTES, Long.BYTES);
            KeyRunMerge merge = new KeyRunMerge(segments);
            for (long n = merge.next(piece); n > 0; n = merge.next(piece)) {
                Faults.settle();
                out.append(piece.asSlice(0, n * KeyRuns.PAIR));
            }
            Run run = new Run(out.complete(), out);
            written = true;
            return run;
        } finally {
            if (!written) {
                files.drop(List.of(out));
            }
        }
    }

    private void discard(Run run) throws IOException {
        if (run.by != null) {
            files.drop(List.of(run.by));
        }
    }

    /** Removes what was written in vain. */
    @Override
    public void close() throws IOException {
        try {
            if (!complete) {
                for (Run run : runs) {
                    discard(run);
                }
            }
        } finally {
            maps.release();
        }
    }
}
