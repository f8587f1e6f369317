// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import org.memmpy.DType;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Compares how fast shuffled batches arrive: from the loader alone, beside one copy of the same
 * bytes by one thread; and in each engine, from a store and from what the engine brings for data in
 * RAM.
 *
 * <pre>{@code mvn -q compile -pl samples -am -Dsample=Throughput}</pre>
 *
 * <p>2^20 rows of 256 float32, in the page cache, batches of 256. PyTorch computes with one thread.
 * Every contender delivers features and a label, but for the copy and the bare loader, which have
 * the features only; nobody reads what is delivered. ListDataSetIterator has 50,000 of the rows.
 * The one argument is the number of rounds.
 */
public final class Throughput {
    static final int BATCH = 256;
    static final long SEED = 42;

    private static final long ROWS = 1 << 20;
    private static final long CONTENDERS = 7;
    private static final int WIDTH = 256;
    private static final long ROW_BYTES = WIDTH * Float.BYTES;
    private static final int ROUNDS = 5;

    private final Path path;
    private final Screen screen;

    Throughput(Path path, Screen screen) {
        this.path = path;
        this.screen = screen;
    }

    /**
     * Runs the comparison.
     *
     * @param args how many rounds, or nothing
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        Engines.useOneThread();
        run(Screen.standard(), args.length == 0 ? ROUNDS : Integer.parseInt(args[0]));
        System.exit(0);
    }

    /** The short form, or a reason why not. */
    static void afterwards(Screen screen) throws IOException {
        run(screen, 3);
    }

    private static void run(Screen screen, int rounds) throws IOException {
        Path path = Workplace.stores().resolve("throughput.memmpy");
        Workplace.deleteStore(path);
        long bytes = ROWS * ROW_BYTES;
        if (Room.isShort(screen, "speeds are not compared", path, bytes, 7 * bytes / 2)) {
            return;
        }
        try {
            new Throughput(path, screen).race(ROWS, rounds);
        } finally {
            Workplace.deleteStore(path);
        }
    }

    /** Writes the rows, has the contenders deliver them, and prints how fast they were. */
    Race race(long rows, int rounds) throws IOException {
        Race race;
        try (Screen.Progress progress =
                screen.progress("comparing speeds", CONTENDERS * Race.passes(rounds))) {
            write(rows);
            race = race(rounds, progress);
        }
        screen.line(
                "Speed of %,d shuffled rows of %d float32, cached, in batches of %d",
                rows, WIDTH, BATCH);
        screen.blank();
        race.print(screen, ROW_BYTES);
        return race;
    }

    private Race race(int rounds, Screen.Progress progress) throws IOException {
        List<Contender> contenders = new ArrayList<>();
        try (Store store = Store.open(path)) {
            contenders.addAll(LoaderContenders.of(store.table()));
            contenders.addAll(DjlContenders.of(store.table()));
            contenders.addAll(Dl4jContenders.of(store.table()));
            return new Race(contenders).run(rounds, progress);
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    /** What the rows hold does not matter here: the same block again and again. */
    private void write(long rows) throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        try (Arena arena = Arena.ofConfined();
                Store store = Store.create(path)) {
            MemorySegment block = arena.allocate(BATCH * ROW_BYTES, Float.BYTES);
            for (long i = 0; i < BATCH * WIDTH; i++) {
                block.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat());
            }
            MappedArray x = store.array("x", DType.FLOAT32, WIDTH);
            MappedArray y = store.array("y", DType.FLOAT32, 1);
            for (long row = 0; row < rows; row += BATCH) {
                long count = Math.min(BATCH, rows - row);
                x.append(block.asSlice(0, count * ROW_BYTES));
                y.append(new float[(int) count]);
            }
            store.commit();
        }
    }
}
