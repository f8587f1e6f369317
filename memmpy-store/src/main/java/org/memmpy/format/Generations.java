// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import org.memmpy.CorruptStoreException;
import org.memmpy.os.Disk;
import org.memmpy.os.Uninterrupted;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
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

    private static final int LISTINGS = 3;

    /** Of a manifest; that of 10,000 arrays has less than two million. */
    private static final long MAX_BYTES = 256L << 20;

    private static final Pattern NAME = Pattern.compile("memmpy-(\\d{6,18})\\.json");
    private static final System.Logger LOG = System.getLogger(Generations.class.getName());

    private final Path store;

    private final ManifestEncoder encoder = new ManifestEncoder();

    /** A damaged manifest is told of once, however often it is passed over. */
    private String toldDamaged;

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
            try {
                return newestOf(files);
            } catch (NoSuchFileException e) {
                // a writer has removed it as too old; newer ones exist now
            }
        }
        throw new IOException(
                store + ": its manifests changed " + ATTEMPTS + " times while they were read");
    }

    /**
     * Only a manifest whose checksum is wrong is passed over: a sound one is the truth, or an
     * error.
     */
    private Manifest newestOf(NavigableMap<Long, Path> files) throws IOException {
        String damage = null;
        for (Path file : files.descendingMap().values()) {
            byte[] bytes = bytes(file);
            if (!ManifestCodec.isIntact(bytes)) {
                damage = damage == null ? file.toString() : damage;
                continue;
            }
            Manifest manifest = decode(bytes, file);
            if (damage != null && !damage.equals(toldDamaged)) {
                toldDamaged = damage;
                LOG.log(
                        Level.WARNING,
                        "{0}: damaged manifest: its bytes do not end in their own checksum. Falling"
                                + " back to generation {1}: what was committed after it is not seen",
                        damage,
                        Long.toString(manifest.generation()));
            }
            return manifest;
        }
        throw new CorruptStoreException(
                store
                        + ": none of its "
                        + files.size()
                        + " manifests is sound: the bytes of "
                        + damage
                        + " and of those before it do not end in their own checksum. The arrays are"
                        + " plain .npy files and may be sound: restore a manifest from a copy, or"
                        + " import the files into a new store");
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

    /**
     * Publishes a manifest: written aside, forced, named, the name forced. When this returns, the
     * generation is current and durable.
     *
     * @param manifest the next generation, of a number not used before
     * @param disk where to write
     * @param onPublished run as soon as the name is there, before it is forced
     */
    public void publish(Manifest manifest, Disk disk, Runnable onPublished) throws IOException {
        writeAside(manifest, encode(manifest), disk);
        publishAside(manifest, disk, onPublished);
    }

    /**
     * {@return the bytes that will be published}
     *
     * @throws IOException if no reader would take so many
     */
    public byte[] encode(Manifest manifest) throws IOException {
        byte[] bytes = encoder.encode(manifest);
        if (bytes.length > MAX_BYTES) {
            throw new IOException(
                    "%s: the manifest of generation %d would have %,d bytes, more than %,d. Keep large values in nodes of their own instead of attributes"
                            .formatted(store, manifest.generation(), bytes.length, MAX_BYTES));
        }
        return bytes;
    }

    /**
     * The first half of {@link #publish}: writes a manifest aside and forces it, and that is all; a
     * full disk is met here. If it fails, it can be tried again.
     *
     * @param bytes of the manifest, {@linkplain #encode encoded}
     */
    public void writeAside(Manifest manifest, byte[] bytes, Disk disk) throws IOException {
        Path file = store.resolve(name(manifest.generation()));
        if (!NAME.matcher(file.getFileName().toString()).matches()) {
            throw new IOException(
                    store
                            + ": generation "
                            + manifest.generation()
                            + " has too many digits. A file with a number like that lies in the store:"
                            + " move it away");
        }
        Path aside = aside(manifest.generation());
        disk.delete(aside); // of a writer that died while it wrote it, or that has failed
        try (Disk.DiskFile writing = disk.create(aside)) {
            writing.write(ByteBuffer.wrap(bytes), 0);
            writing.force();
        }
    }

    /** The second half of {@link #publish}: gives what was written aside its name. */
    public void publishAside(Manifest manifest, Disk disk, Runnable onPublished)
            throws IOException {
        disk.publish(aside(manifest.generation()), file(manifest.generation()));
        onPublished.run();
        disk.forceDirectory(store);
    }

    /**
     * Removes all manifests but the newest few and those in use, and what was written aside.
     *
     * @param inUse generations that readers may have open
     */
    public void prune(Disk disk, Set<Long> inUse) throws IOException {
        for (Map.Entry<Long, Path> old :
                list().descendingMap().entrySet().stream().skip(KEPT).toList().reversed()) {
            if (!inUse.contains(old.getKey())) {
                disk.delete(old.getValue());
            }
        }
        for (Path aside : files("memmpy-*.aside")) {
            disk.delete(aside);
        }
    }

    /**
     * As {@link #prune(Disk, Set)}, without listing the directory.
     *
     * @param known the numbers of all manifests; those that are removed are removed here, too. The
     *     last is the one that was just published
     */
    public void prune(Disk disk, Set<Long> inUse, NavigableSet<Long> known) throws IOException {
        disk.delete(aside(known.last()));
        for (long old : known.descendingSet().stream().skip(KEPT).toList().reversed()) {
            if (!inUse.contains(old)) {
                disk.delete(file(old));
                known.remove(old);
            }
        }
    }

    /** {@return the numbers of all manifests, readable or not, in ascending order} */
    public List<Long> numbers() throws IOException {
        return List.copyOf(list().keySet());
    }

    /**
     * {@return the manifest of one generation}
     *
     * @throws NoSuchFileException if it is not kept any more
     * @throws CorruptStoreException if it is damaged
     */
    public Manifest read(long generation) throws IOException {
        Path file = store.resolve(name(generation));
        return decode(bytes(file), file);
    }

    private Path aside(long generation) {
        return store.resolve(name(generation) + ".aside");
    }

    /** {@return where a generation's manifest is, if it is there} */
    public Path file(long generation) {
        return store.resolve(name(generation));
    }

    /** {@return whether a generation's manifest is there} */
    public boolean contains(long generation) {
        return Files.exists(store.resolve(name(generation)));
    }

    private static Manifest decode(byte[] bytes, Path file) {
        return decode(bytes, file.getFileName().toString(), file);
    }

    /**
     * Reads a manifest file's bytes, and holds the file's name against them.
     *
     * @param bytes all of it
     * @param name the file's name
     * @param source what to call it in messages
     * @throws CorruptStoreException as {@link ManifestCodec#decode}, or if the name is of another
     *     generation
     */
    public static Manifest decode(byte[] bytes, String name, Object source) {
        Manifest manifest = ManifestCodec.decode(bytes, source);
        if (!name.equals(name(manifest.generation()))) {
            throw new CorruptStoreException(
                    "%s: it says that it is generation %d. It was renamed; give it its name back"
                            .formatted(source, manifest.generation()));
        }
        return manifest;
    }

    private static byte[] bytes(Path file) throws IOException {
        requireLength(Files.size(file), file);
        return Uninterrupted.call(() -> Files.readAllBytes(file));
    }

    /**
     * Refuses what is too long to be a manifest, before it is read.
     *
     * @param bytes the file's length
     * @param source what to call it in messages
     */
    public static void requireLength(long bytes, Object source) {
        if (bytes > MAX_BYTES) {
            throw new CorruptStoreException(
                    "%s: %,d bytes; a manifest has at most %,d. Something else was written over it"
                            .formatted(source, bytes, MAX_BYTES));
        }
    }

    /**
     * While commits add and remove names, a listing may miss all; so nothing counts if seen twice.
     */
    private NavigableMap<Long, Path> list() throws IOException {
        NavigableMap<Long, Path> manifests = listOnce();
        for (int i = 0; i < LISTINGS && manifests.isEmpty() && Files.isDirectory(store); i++) {
            manifests = listOnce();
        }
        return manifests;
    }

    private NavigableMap<Long, Path> listOnce() throws IOException {
        NavigableMap<Long, Path> manifests = new TreeMap<>();
        for (Path file : files("memmpy-*.json")) {
            long generation = ofName(file.getFileName().toString());
            if (generation >= 0 && Files.isRegularFile(file)) {
                manifests.put(generation, file);
            }
        }
        return manifests;
    }

    private List<Path> files(String glob) throws IOException {
        if (!Files.isDirectory(store)) {
            return List.of();
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(store, glob)) {
            List<Path> files = new ArrayList<>();
            entries.forEach(files::add);
            return files;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /** {@return the generation whose manifest has a file name; -1 if it is no manifest's} */
    public static long ofName(String name) {
        Matcher number = NAME.matcher(name);
        if (!name.startsWith("memmpy-") || !number.matches()) { // a pack may have a million names
            return -1;
        }
        long generation = Long.parseLong(number.group(1));
        return name.equals(name(generation)) ? generation : -1;
    }

    /** {@return the file name of a generation's manifest} */
    public static String name(long generation) {
        // in ASCII digits, whatever the user's locale
        return String.format(Locale.ROOT, "memmpy-%06d.json", generation);
    }
}
