// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import org.memmpy.CorruptStoreException;
import org.memmpy.os.Disk;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The manifest files of a store. A manifest never changes; the highest readable number is the
 * current generation, as in Lucene's {@code segments_N}.
 */
public final class Generations {
    /** How many manifests stay, so that a damaged newest one has something to fall back to. */
    private static final int KEPT = 4;

    /** A manifest may be pruned between listing and reading; it takes four commits in that time. */
    private static final int ATTEMPTS = 100;

    private static final Pattern NAME = Pattern.compile("memmpy-(\\d{6,18})\\.json");
    private static final System.Logger LOG = System.getLogger(Generations.class.getName());

    private final Path store;

    /**
     * Looks at a directory; reads nothing yet.
     *
     * @param store the store's directory
     */
    public Generations(Path store) {
        this.store = store;
    }

    /** {@return whether there is any manifest, readable or not} */
    public boolean exist() throws IOException {
        return Files.isDirectory(store) && !list().isEmpty();
    }

    /** {@return the highest number in use, of a damaged manifest too; 0 if there is none} */
    public long highest() throws IOException {
        NavigableMap<Long, Path> files = list();
        return files.isEmpty() ? 0 : files.lastKey();
    }

    /**
     * Reads the newest sound manifest, warning about every damaged one that is passed over.
     *
     * @throws NoSuchFileException if there is no store here
     * @throws CorruptStoreException if no manifest is sound
     */
    public Manifest readNewest() throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            NavigableMap<Long, Path> files = list();
            if (files.isEmpty()) {
                throw new NoSuchFileException(store.toString(), null, absence());
            }
            CorruptStoreException damage = null;
            boolean vanished = false;
            for (Path file : files.descendingMap().values()) {
                try {
                    Manifest manifest = read(file);
                    if (damage != null) {
                        LOG.log(
                                Level.WARNING,
                                "{0}. Falling back to generation {1}: what was committed after it"
                                        + " is not seen",
                                damage.getMessage(),
                                Long.toString(manifest.generation()));
                    }
                    return manifest;
                } catch (NoSuchFileException e) {
                    vanished = true; // a writer has removed it as too old; newer ones exist now
                    break;
                } catch (CorruptStoreException e) {
                    damage = damage == null ? e : damage;
                }
            }
            if (!vanished) {
                throw new CorruptStoreException(
                        store
                                + ": none of its "
                                + files.size()
                                + " manifests can be read. The arrays are plain .npy files and may"
                                + " be sound: restore a manifest from a copy, or import the files"
                                + " into a new store",
                        damage);
            }
        }
        throw new IOException(
                store + ": its manifests changed " + ATTEMPTS + " times while they were read");
    }

    private String absence() {
        if (Files.notExists(store)) {
            return "nothing is there. Store.create makes a store";
        }
        if (!Files.isDirectory(store)) {
            return "it is a file; a memmpy store is a directory";
        }
        return "the directory holds no memmpy store: it has no manifest memmpy-NNNNNN.json. Either"
                + " the path is wrong, or the manifest was deleted, or nothing was ever committed";
    }

    private static Manifest read(Path file) throws IOException {
        Manifest manifest = ManifestCodec.decode(Files.readAllBytes(file), file);
        if (!file.getFileName().toString().equals(name(manifest.generation()))) {
            throw new CorruptStoreException(
                    file + ": damaged manifest: it says generation " + manifest.generation());
        }
        return manifest;
    }

    /**
     * Publishes a manifest: written aside, forced, named, the name forced. When this returns, the
     * generation is current and durable.
     *
     * @param manifest the next generation, of a number not used before
     * @param disk where to write
     * @param onPublished run as soon as the name is there, before it is forced
     */
    public void publish(Manifest manifest, Disk disk, Runnable onPublished) throws IOException {
        Path file = store.resolve(name(manifest.generation()));
        Path aside = store.resolve(name(manifest.generation()) + ".aside");
        disk.delete(aside); // of a writer that died while it wrote it
        try (Disk.DiskFile writing = disk.create(aside)) {
            writing.write(ByteBuffer.wrap(ManifestCodec.encode(manifest)), 0);
            writing.force();
        }
        disk.publish(aside, file);
        onPublished.run();
        disk.forceDirectory(store);
    }

    /** Removes all manifests but the newest few. */
    public void prune(Disk disk) throws IOException {
        List<Path> old =
                list().descendingMap().values().stream()
                        .skip(KEPT)
                        .sorted(Comparator.naturalOrder())
                        .toList();
        for (Path file : old) {
            disk.delete(file);
        }
    }

    private NavigableMap<Long, Path> list() throws IOException {
        NavigableMap<Long, Path> files = new TreeMap<>();
        if (!Files.isDirectory(store)) {
            return files;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(store, "memmpy-*.json")) {
            for (Path entry : entries) {
                Matcher name = NAME.matcher(entry.getFileName().toString());
                if (name.matches()) {
                    files.put(Long.parseLong(name.group(1)), entry);
                }
            }
        }
        return files;
    }

    private static String name(long generation) {
        return "memmpy-%06d.json".formatted(generation);
    }
}
