// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.os.Disk;
import org.memmpy.os.LocalFileSystems;
import org.memmpy.os.ReaderLeases;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Removes what no generation in use needs. Runs under the writer's lock.
 *
 * <p>First the manifests, then, when it is certain that they stay removed, the files that only they
 * named: whatever is interrupted, a manifest that is there never names a file that is not.
 */
final class Vacuum {
    /**
     * How long to wait.
     *
     * @param grace since a vacuum has found a file unneeded, until it is removed
     * @param unpublished since the last commit of a part that nobody has adopted
     */
    record Waits(Duration grace, Duration unpublished) {
        Waits {
            if (grace.isNegative() || unpublished.isNegative()) {
                throw new IllegalArgumentException(
                        "vacuum(%s, %s): a time to wait is negative".formatted(grace, unpublished));
            }
        }
    }

    private final Path store;
    private final Disk disk;
    private final Manifest current;
    private final Generations generations;
    private final Set<String> uncommitted;
    private final Waits waits;
    private final Instant now;

    /** Files that a generation names which stays. */
    private final Set<String> needed = new HashSet<>();

    private final SortedSet<Long> kept = new TreeSet<>();
    private SortedSet<Long> inUse = new TreeSet<>();

    /**
     * A vacuum.
     *
     * @param uncommitted files that the writer has made or needs, and no generation names
     */
    Vacuum(
            Path store,
            Disk disk,
            Manifest current,
            Set<String> uncommitted,
            Waits waits,
            Instant now) {
        this.store = store;
        this.disk = disk;
        this.current = current;
        this.generations = new Generations(store);
        this.uncommitted = uncommitted;
        this.waits = waits;
        this.now = now;
    }

    /**
     * Vacuums a writer's store, under its monitor.
     *
     * @param shown a generation that the writer's own readers see, or one before that
     */
    static Vacuumed run(
            Path store,
            Publisher publisher,
            PendingTree tree,
            PendingRows rows,
            Manifest shown,
            Waits waits)
            throws IOException {
        requireSafe(store, waits);
        Set<String> uncommitted = new LinkedHashSet<>(tree.files());
        uncommitted.addAll(rows.fileNames());
        uncommitted.addAll(rows.files().made());
        uncommitted.addAll(filesSince(store, shown));
        Path real = store.toRealPath();
        Set<Path> busy = new LinkedHashSet<>();
        rows.files().directories().forEach(name -> busy.add(real.resolve(name)));
        Manifest committed = publisher.committed();
        Vacuum vacuum =
                new Vacuum(real, publisher.disk(), committed, uncommitted, waits, Instant.now());
        Vacuumed[] result = {null};
        publisher.forcing(() -> result[0] = vacuum.run(busy));
        return result[0];
    }

    /** Refuses where files could be removed that somebody needs whom a vacuum does not see. */
    private static void requireSafe(Path store, Waits waits) throws IOException {
        if (PartStores.isPart(store)) {
            throw new IllegalStateException(
                    store
                            + ": this store is a part, whose files may belong to the store that it is"
                            + " a part of. Vacuum that one");
        }
        if (waits.grace().isZero() && !LocalFileSystems.holds(store)) {
            throw new IllegalStateException(
                    "%s: on the file system %s, readers on other machines may have files open that nobody here knows of. Give vacuum a time to wait, longer than any reader keeps a generation, for example Duration.ofDays(1), and call it again after that time"
                            .formatted(store, Files.getFileStore(store).type()));
        }
    }

    /** {@return the files of a generation and of those behind it that are there} */
    private static Set<String> filesSince(Path store, Manifest first) throws IOException {
        Set<String> files = PendingTree.files(first.arrays(), first.values());
        Generations generations = new Generations(store);
        for (long generation : generations.numbers()) {
            Manifest later =
                    generation > first.generation() ? readIfSound(generations, generation) : null;
            if (later != null) {
                files.addAll(PendingTree.files(later.arrays(), later.values()));
            }
        }
        return files;
    }

    /**
     * Removes what can be removed.
     *
     * @param busy directories that stay though they are empty
     */
    Vacuumed run(Set<Path> busy) throws IOException {
        inUse = ReaderLeases.scan(store, true).generations();
        Map<Long, Manifest> unused = new LinkedHashMap<>();
        String obstacle = keepThoseInUse(unused);
        if (obstacle != null) {
            kept.addAll(generations.numbers());
            return new Vacuumed(0, 0, kept, inUse, 0, Optional.of(obstacle));
        }
        keepWhatCostsNothing(unused);
        CacheSweep cache = new CacheSweep(store, disk, now);
        VacuumNotes notes = new VacuumNotes(store, disk, waits.grace(), now);
        Sweep sweep = new Sweep(store, disk, needed, uncommitted, notes, busy);
        for (long generation : unused.keySet()) {
            sweep.remove(generations.file(generation));
        }
        generations.prune(disk, kept); // what was written aside
        disk.forceDirectory(store); // also of manifests that commits have removed
        obstacle = withoutManifest(ReaderLeases.scan(store, false).generations());
        if (obstacle == null) {
            sweep.files();
            cache.run();
            new PartSweep(store, disk, sweep, notes, waits.unpublished(), now)
                    .run(current.retired());
            notes.save();
            sweep.finish();
        }
        return new Vacuumed(
                sweep.bytes() + cache.bytes(),
                sweep.count() + cache.count(),
                kept,
                inUse,
                notes.waiting(),
                Optional.ofNullable(obstacle));
    }

    /** {@return why no file can be removed; null if all goes well} */
    private String keepThoseInUse(Map<Long, Manifest> unused) throws IOException {
        String obstacle = withoutManifest(inUse);
        if (obstacle != null) {
            return obstacle;
        }
        for (long generation : generations.numbers().reversed()) {
            if (generation > current.generation()) {
                return "generation %d is damaged and newer than generation %d, which is current. Restore memmpy-%06d.json from a copy, or commit once to go on without it"
                        .formatted(generation, current.generation(), generation);
            }
            Manifest manifest = readIfSound(generations, generation);
            if (generation == current.generation()) {
                keep(current);
            } else if (!inUse.contains(generation)) {
                unused.put(generation, manifest);
            } else if (manifest != null) {
                keep(manifest);
            } else {
                return "generation %d is being read, and its manifest is damaged. Close its reader"
                        .formatted(generation);
            }
        }
        return null;
    }

    private String withoutManifest(SortedSet<Long> read) {
        for (long generation : read) {
            if (!generations.contains(generation)) {
                return "generation %d is being read, and its manifest is gone, so its files are not known. Close its reader, or let it refresh"
                        .formatted(generation);
            }
        }
        return null;
    }

    private static Manifest readIfSound(Generations generations, long generation)
            throws IOException {
        try {
            return generations.read(generation);
        } catch (NoSuchFileException | CorruptStoreException e) {
            return null;
        }
    }

    private void keep(Manifest manifest) {
        kept.add(manifest.generation());
        needed.addAll(PendingTree.files(manifest.arrays(), manifest.values()));
    }

    /**
     * Older generations that name files, and none but those, stay in case the newest manifest is
     * damaged. To fall back to one without any would be to lose everything.
     */
    private void keepWhatCostsNothing(Map<Long, Manifest> unused) {
        unused.values().removeIf(this::costsNothing);
    }

    private boolean costsNothing(Manifest manifest) {
        if (manifest == null) {
            return false;
        }
        Set<String> files = PendingTree.files(manifest.arrays(), manifest.values());
        if (files.isEmpty() || !needed.containsAll(files)) {
            return false;
        }
        kept.add(manifest.generation());
        return true;
    }
}
