// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.NodeKind;
import org.memmpy.StoreLockedException;
import org.memmpy.format.Generations;
import org.memmpy.format.NodeNames;
import org.memmpy.os.Disk;
import org.memmpy.os.WriterLock;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;

/** The stores in {@code .parts}, in which other processes write beside a store's writer. */
final class PartStores {
    /** Where other processes write parts. */
    static final String DIRECTORY = ".parts";

    private static final int ATTEMPTS = 20;
    private static final System.Logger LOG = System.getLogger(PartStores.class.getName());

    private PartStores() {}

    static Store create(Path store, String name, StoreOption... options) throws IOException {
        return create(store, name, null, options);
    }

    /**
     * Makes a part.
     *
     * @param disk how to write; null for the real one
     */
    static Store create(Path store, String name, Disk disk, StoreOption... options)
            throws IOException {
        String checked = NodeNames.directory(NodeNames.check(name));
        if (checked.contains("/")) {
            throw new IllegalArgumentException(
                    "'%s' is no name for a part: it has a slash. Take one name".formatted(name));
        }
        List<StoreOption> all = new ArrayList<>(List.of(options));
        if (new Generations(store).readNewest().kind("") != NodeKind.TABLE) {
            all.add(StoreOption.FREE_ROOT);
        }
        for (int attempt = 1; ; attempt++) {
            int random = ThreadLocalRandom.current().nextInt();
            Path part =
                    store.resolve(DIRECTORY)
                            .resolve(String.format(Locale.ROOT, "%s-%08x", checked, random));
            try {
                return new StoreOpener(part, disk, all.toArray(StoreOption[]::new)).create();
            } catch (FileAlreadyExistsException | NoSuchFileException | StoreLockedException e) {
                // a vacuum took it for that of a dead writer, before it was locked
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** In a part that could not be forced. */
    static final String UNFORCED = "force.failed";

    /** Takes note that rows of a part may be lost. */
    static void markUnforced(Path part, IOException cause) {
        try {
            Files.writeString(part.resolve(UNFORCED), cause + System.lineSeparator());
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** {@return whether rows of a part may be lost} */
    static boolean isUnforced(Path part) {
        return Files.exists(part.resolve(UNFORCED), LinkOption.NOFOLLOW_LINKS);
    }

    /** {@return whether a file that a manifest names is a part's} */
    static boolean isAdopted(String file) {
        return file.startsWith(DIRECTORY + "/");
    }

    /** {@return whether a store is a part of another one} */
    static boolean isPart(Path store) throws IOException {
        Path parts = store.toRealPath().getParent();
        return parts != null
                && parts.endsWith(DIRECTORY)
                && new Generations(parts.getParent()).exist();
    }

    /** {@return what is in {@code .parts}, whatever its state, in the order of the names} */
    static List<Path> directories(Path store) throws IOException {
        Path parts = store.resolve(DIRECTORY);
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(parts, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(parts)) {
                for (Path entry : entries) {
                    if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                        found.add(entry);
                    }
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        }
        found.sort(null);
        return found;
    }

    /**
     * {@return how the names of a part's files begin in the store's manifest, without the slash}
     */
    static String name(Path part) {
        return DIRECTORY + "/" + part.getFileName();
    }

    /** {@return the parts that are committed and whose writer has ended} */
    static List<Path> finished(Path store, Predicate<String> adopted) throws IOException {
        List<Path> finished = new ArrayList<>();
        for (Path part : directories(store)) {
            if (isUnforced(part)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0}: this part could not be forced to the disk once, so rows of it may be lost, and it is passed over. Delete it and write it again",
                        part);
            } else if (new Generations(part).highest() > 1 && !adopted.test(name(part) + "/")) {
                try (WriterLock lock = WriterLock.acquire(part)) {
                    lock.requireHeld();
                    finished.add(part);
                } catch (StoreLockedException | NoSuchFileException e) {
                    // still at work, or gone
                }
            }
        }
        return finished;
    }
}
