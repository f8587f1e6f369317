// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.StoreLockedException;
import org.memmpy.format.Generations;
import org.memmpy.os.Disk;
import org.memmpy.os.ReaderLeases;
import org.memmpy.os.WriterLock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Removes what is left of part stores: of those that were adopted all but the rows, and those whose
 * writer is dead and has committed nothing, or long ago. Leaves alone who is at work.
 */
final class PartSweep {
    private final Path store;
    private final Disk disk;
    private final Sweep sweep;
    private final VacuumNotes notes;
    private final Duration unpublished;
    private final Instant now;

    PartSweep(
            Path store,
            Disk disk,
            Sweep sweep,
            VacuumNotes notes,
            Duration unpublished,
            Instant now) {
        this.store = store;
        this.disk = disk;
        this.sweep = sweep;
        this.notes = notes;
        this.unpublished = unpublished;
        this.now = now;
    }

    /**
     * Removes what can be removed.
     *
     * @param retired parts that were adopted once and are not in use any more, among others
     */
    void run(Set<String> retired) throws IOException {
        for (Path part : PartStores.directories(store)) {
            String prefix = PartStores.name(part) + "/";
            boolean adopted = sweep.isNeeded(prefix) || retired.contains(prefix);
            if (sweep.isUncommitted(prefix) && !sweep.isNeeded(prefix)) {
                continue; // a commit may follow, or not
            }
            try {
                run(part, adopted);
            } catch (IOException e) {
                sweep.failed(e); // another user's, for example; the others are looked at
            }
        }
    }

    private void run(Path part, boolean adopted) throws IOException {
        if (adopted && !new Generations(part).exist()) {
            sweep.walk(part, file -> notes.isDue(sweep.name(file)));
        } else {
            try (WriterLock lock = WriterLock.acquire(part)) {
                lock.requireHeld();
                remove(part, adopted);
            } catch (StoreLockedException | NoSuchFileException e) {
                // its writer is at work, or it was removed meanwhile
            }
        }
    }

    private void remove(Path part, boolean adopted) throws IOException {
        if ((!adopted && isFinished(part) && !isOld(part))
                || !ReaderLeases.scan(part, true).readers().isEmpty()
                || !notes.isDue(PartStores.name(part))) {
            return;
        }
        Generations generations = new Generations(part);
        for (long generation : generations.numbers()) {
            sweep.remove(generations.file(generation));
        }
        disk.forceDirectory(part);
        sweep.walk(part, file -> true);
        removeCache(part.resolve(StatisticsCache.DIRECTORY));
        generations.prune(disk, Set.of()); // what was written aside
        // the lock is the last: from then on another writer may be at work here
        for (String name : new String[] {"vacuum.json", PartStores.UNFORCED, "writer.lock"}) {
            if (Files.exists(part.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                sweep.remove(part.resolve(name));
            }
        }
    }

    private void removeCache(Path cache) throws IOException {
        if (Files.isDirectory(cache, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> files = Files.list(cache)) {
                files.forEach(sweep::remove);
            }
        }
    }

    private static boolean isFinished(Path part) throws IOException {
        return new Generations(part).highest() > 1;
    }

    private boolean isOld(Path part) throws IOException {
        Generations generations = new Generations(part);
        Path newest = generations.file(generations.highest());
        Instant committed = Files.getLastModifiedTime(newest).toInstant();
        return Duration.between(committed, now).compareTo(unpublished) >= 0;
    }
}
