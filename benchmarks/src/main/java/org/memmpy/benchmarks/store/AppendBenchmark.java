// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.store;

import org.memmpy.DType;
import org.memmpy.benchmarks.race.Channels;
import org.memmpy.benchmarks.race.DiskTurns;
import org.memmpy.benchmarks.race.Peer;
import org.memmpy.benchmarks.race.Race;
import org.memmpy.benchmarks.race.Result;
import org.memmpy.benchmarks.race.Scratch;
import org.memmpy.benchmarks.race.SkippedException;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Appends 2 GiB in pieces of 1 MiB and forces them to the disk, creation and closing included.
 *
 * <p>Rows of 256 float32 of random bits, the same for all: 64 MiB in memory, again and again.
 * Everything goes through the page cache, which is clean at the start: before each turn the files
 * of the turn before are deleted, as many zeros are written and deleted, and {@code sync} has
 * returned. One thread. The contenders:
 *
 * <ul>
 *   <li>memmpy: a new store, {@code append} of native memory, one {@code commit}.
 *   <li>{@code FileChannel.write} of the same pieces to a new file, one {@code force(true)}: the
 *       limit.
 *   <li>h5py: a dataset resized for each piece, closed and forced; with the chunks that h5py
 *       guesses where none are asked for, and with chunks of a piece, the best for this benchmark.
 *   <li>The Python library memmpy: {@code Vector.extend} and {@code save}, which forces.
 * </ul>
 *
 * <p>The Python contenders are processes that time themselves, without their start.
 */
final class AppendBenchmark {
    private static final double LEAST_OF_CHANNEL = 0.95;
    private static final double LEAST_OF_H5PY = 1.5;
    private static final double LEAST_OF_VECTOR = 6;
    private static final String OURS = Durability.FORCED.contender();
    private static final String CHANNEL = "FileChannel.write + force";
    private static final int COLUMNS = 256;

    private final Scratch scratch;
    private final long pieces;
    private final int rounds;
    private final String name;

    AppendBenchmark(Scratch scratch, long bytes, int rounds) {
        this.scratch = scratch;
        this.pieces = Math.ceilDiv(bytes, Pool.PIECE_BYTES);
        this.rounds = rounds;
        this.name =
                String.format(
                        Locale.ROOT, "append of %,d MiB in pieces of 1 MiB, with fsync", pieces);
    }

    /**
     * Measures.
     *
     * @param pythons commands to try for h5py and NumPy
     * @param memmpyLibrary where the Python library memmpy lies; null to skip it
     */
    List<Result> run(List<String> pythons, Path memmpyLibrary) throws IOException {
        Path shared = scratch.directory("append");
        List<Result> skipped = new ArrayList<>();
        List<Promise> rivals = new ArrayList<>();
        rivals.add(new Promise(CHANNEL, LEAST_OF_CHANNEL));
        try (Arena arena = Arena.ofConfined()) {
            Pool pool = new Pool(pieces, arena);
            Path poolFile = shared.resolve("pool.bin");
            pool.write(poolFile);
            DiskTurns turns = new DiskTurns(scratch, pieces * Pool.PIECE_BYTES);
            Race race = new Race();
            race.add(OURS, turns.of(directory -> store(directory, pool)));
            race.add(CHANNEL, turns.of(directory -> channel(directory, pool)));
            try {
                Peer h5py = Peer.find(pythons, null, "/org/memmpy/benchmarks/store/h5py_append.py");
                for (String chunks : List.of("guess", "piece")) {
                    String contender = "h5py " + h5py.version() + ", chunks: " + chunks;
                    race.add(
                            contender,
                            turns.of(
                                    directory ->
                                            h5py.seconds(directory, poolFile, pieces, chunks)));
                    rivals.add(new Promise(contender, LEAST_OF_H5PY));
                }
            } catch (SkippedException e) {
                skipped.add(Result.skipped(name, "h5py", e.getMessage()));
            }
            try {
                Peer vector = vector(pythons, memmpyLibrary);
                String contender = "Python memmpy " + vector.version() + ", Vector";
                race.add(
                        contender,
                        turns.of(directory -> vector.seconds(directory, poolFile, pieces)));
                rivals.add(new Promise(contender, LEAST_OF_VECTOR));
            } catch (SkippedException e) {
                skipped.add(Result.skipped(name, "Python memmpy, Vector", e.getMessage()));
            }
            race.run(rounds);
            return results(race, rivals, skipped);
        } finally {
            scratch.clear(shared);
        }
    }

    /** What the project promises in comparison with a rival. */
    private record Promise(String rival, double ratio) {}

    private static Peer vector(List<String> pythons, Path library) throws IOException {
        if (library == null) {
            throw new SkippedException(
                    "--memmpy-python or MEMMPY_PYTHON does not say where the library lies");
        }
        return Peer.find(
                pythons, library.toAbsolutePath(), "/org/memmpy/benchmarks/store/vector_append.py");
    }

    private List<Result> results(Race race, List<Promise> rivals, List<Result> skipped) {
        double megabytes = pieces * (Pool.PIECE_BYTES / 1e6);
        Result ours = race.rate(name, OURS, megabytes, "MB/s");
        List<Result> results = new ArrayList<>(List.of(ours));
        for (Promise promise : rivals) {
            results.add(
                    race.rate(name, promise.rival(), megabytes, "MB/s")
                            .comparedBy(ours.samples())
                            .withRatioAtLeast(promise.ratio()));
        }
        results.addAll(skipped);
        return results;
    }

    private double store(Path directory, Pool pool) throws IOException {
        Path path = directory.resolve("rows.memmpy");
        long start = System.nanoTime();
        try (Store store = Durability.FORCED.maker().create(path)) {
            MappedArray rows = store.array("rows", DType.FLOAT32, COLUMNS);
            for (long i = 0; i < pieces; i++) {
                rows.append(pool.piece(i));
            }
            store.commit();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        requireWritten(path, pool);
        return seconds;
    }

    /** A benchmark of a store that loses rows would be worth nothing. */
    private void requireWritten(Path path, Pool pool) throws IOException {
        long rowsOfPiece = Pool.PIECE_BYTES / (COLUMNS * Float.BYTES);
        byte[] last = new byte[Pool.PIECE_BYTES];
        try (Store store = Store.open(path)) {
            MappedArray rows = store.array("rows");
            rows.read(rows.rows() - rowsOfPiece, MemorySegment.ofArray(last));
            if (rows.rows() != pieces * rowsOfPiece
                    || pool.piece(pieces - 1).mismatch(MemorySegment.ofArray(last)) >= 0) {
                throw new IOException(path + ": the rows are not those that were appended");
            }
        }
    }

    private double channel(Path directory, Pool pool) throws IOException {
        long start = System.nanoTime();
        try (FileChannel out =
                FileChannel.open(
                        directory.resolve("rows.bin"),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE)) {
            for (long i = 0; i < pieces; i++) {
                Channels.writeFully(out, pool.piece(i).asByteBuffer());
            }
            out.force(true);
        }
        return (System.nanoTime() - start) / 1e9;
    }
}
