// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.store;

import org.memmpy.DType;
import org.memmpy.benchmarks.race.Channels;
import org.memmpy.benchmarks.race.DiskTurns;
import org.memmpy.benchmarks.race.Race;
import org.memmpy.benchmarks.race.Result;
import org.memmpy.benchmarks.race.Scratch;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * 1,000 commits, each of one appended row of 64 bytes, in a store of one array.
 *
 * <p>Page cache, clean at the start; one thread. The store's creation is not counted. The limits:
 *
 * <ul>
 *   <li>The bare system calls of such a commit: a row appended and forced; 700 bytes written to a
 *       new file, forced and named; the directory forced; the file of four commits before deleted.
 *   <li>The same rows appended to a file and forced one by one, which promises less.
 * </ul>
 */
final class CommitBenchmark {
    private static final String FORCES = "FileChannel.write + force each";
    private static final String BARE = "bare system calls of a commit";
    private static final int COLUMNS = 16;
    private static final int MANIFEST_BYTES = 700;
    private static final int KEPT = 4;

    private final Scratch scratch;
    private final int commits;
    private final int rounds;

    CommitBenchmark(Scratch scratch, int commits, int rounds) {
        this.scratch = scratch;
        this.commits = commits;
        this.rounds = rounds;
    }

    List<Result> run() throws IOException {
        DiskTurns turns = new DiskTurns(scratch, 0);
        Race race = new Race();
        for (Durability durability : Durability.ALL) {
            race.add(durability.contender(), turns.of(directory -> store(directory, durability)));
        }
        race.add(BARE, turns.of(this::bare)).add(FORCES, turns.of(this::channel)).run(rounds);

        String name = String.format(Locale.ROOT, "%,d commits of one row of 64 bytes", commits);
        List<Result> results = new ArrayList<>();
        for (Durability durability : Durability.ALL) {
            results.add(race.rate(name, durability.contender(), commits, "commits/s"));
        }
        List<Double> ours = results.getFirst().samples();
        results.add(race.rate(name, BARE, commits, "commits/s").comparedBy(ours));
        results.add(race.rate(name, FORCES, commits, "forces/s").comparedBy(ours));
        return results;
    }

    private double store(Path directory, Durability durability) throws IOException {
        float[] row = new float[COLUMNS];
        try (Store store = durability.maker().create(directory.resolve("rows.memmpy"))) {
            MappedArray rows = store.array("rows", DType.FLOAT32, COLUMNS);
            long start = System.nanoTime();
            for (int i = 0; i < commits; i++) {
                row[0] = i;
                rows.append(row);
                store.commit();
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            if (rows.rows() != commits) {
                throw new IOException(store + ": rows are missing");
            }
            return seconds;
        }
    }

    private double bare(Path directory) throws IOException {
        ByteBuffer row = ByteBuffer.allocateDirect(COLUMNS * Float.BYTES);
        ByteBuffer manifest = ByteBuffer.allocateDirect(MANIFEST_BYTES);
        try (FileChannel out = create(directory.resolve("rows.bin"));
                FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            long start = System.nanoTime();
            for (int i = 0; i < commits; i++) {
                Channels.writeFully(out, row.clear());
                out.force(true);
                Path aside = directory.resolve("aside");
                try (FileChannel writing = create(aside)) {
                    Channels.writeFully(writing, manifest.clear());
                    writing.force(true);
                }
                Files.move(aside, directory.resolve(i + ".json"));
                names.force(true);
                Files.deleteIfExists(directory.resolve(i - KEPT + ".json"));
            }
            return (System.nanoTime() - start) / 1e9;
        }
    }

    private double channel(Path directory) throws IOException {
        ByteBuffer row = ByteBuffer.allocateDirect(COLUMNS * Float.BYTES);
        try (FileChannel out = create(directory.resolve("rows.bin"))) {
            long start = System.nanoTime();
            for (int i = 0; i < commits; i++) {
                Channels.writeFully(out, row.clear());
                out.force(true);
            }
            return (System.nanoTime() - start) / 1e9;
        }
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }
}
