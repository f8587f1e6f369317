// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import org.memmpy.CorruptStoreException;
import org.memmpy.index.RowFile;
import org.memmpy.index.RowIndex;
import org.memmpy.os.LastUse;
import org.memmpy.store.Store;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Where a result can be kept. */
interface CachePlace {
    /** {@return what is there; null if there is nothing that can be used} */
    RowFile find();

    /** {@return whether a result was kept, for those who ask next} */
    boolean keep(RowIndex rows, String note);

    /**
     * {@return the places of a result, the best first: the store's directory, the user's cache
     * folder, memory}
     *
     * @param key 64 hexadecimal digits
     */
    static List<CachePlace> of(Store store, String key) {
        List<CachePlace> places = new ArrayList<>();
        if (Files.isDirectory(store.path())) {
            places.add(new InFile(store.path().resolve(".cache", "cut-" + key + ".rows"), false));
        }
        // other places are shared by stores
        String whole = CutCache.digest(store.path().toAbsolutePath().normalize() + "\n" + key);
        Path user = userFolder();
        if (user != null) {
            places.add(new InFile(user.resolve("cut-" + whole + ".rows"), true));
        }
        places.add(new InMemory(whole));
        return places;
    }

    /** {@return the user's folder for what can be made again; null if there is none} */
    static Path userFolder() {
        String told = System.getProperty("org.memmpy.cache");
        if (told != null) {
            return told.isEmpty() ? null : Path.of(told);
        }
        String home = System.getProperty("user.home", "");
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        if (system.startsWith("windows")) {
            String local = System.getenv("LOCALAPPDATA");
            return local == null ? null : Path.of(local, "memmpy", "cache");
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        if (xdg != null && xdg.startsWith("/")) {
            return Path.of(xdg, "memmpy");
        }
        if (home.isEmpty()) {
            return null;
        }
        return system.startsWith("mac")
                ? Path.of(home, "Library", "Caches", "memmpy")
                : Path.of(home, ".cache", "memmpy");
    }

    /**
     * A row file.
     *
     * @param swept whether the folder is swept when something is kept; a store's is by its vacuum
     */
    record InFile(Path file, boolean swept) implements CachePlace {
        private static final System.Logger LOG = System.getLogger(CachePlace.class.getName());
        private static final Duration UNUSED = Duration.ofDays(30);

        @Override
        public RowFile find() {
            try {
                RowFile found = RowFile.open(file);
                LastUse.touch(file); // a vacuum keeps what was used last
                return found;
            } catch (NoSuchFileException e) {
                return null;
            } catch (IOException | CorruptStoreException | SecurityException e) {
                LOG.log(Level.DEBUG, file + " cannot be used; it is computed again", e);
                return null;
            }
        }

        @Override
        public boolean keep(RowIndex rows, String note) {
            try {
                Files.createDirectories(file.getParent());
                RowFile.write(file, rows, note);
                if (swept) {
                    sweep();
                }
                return true;
            } catch (IOException | IllegalArgumentException | SecurityException e) {
                LOG.log(Level.DEBUG, file + " cannot be written; nothing is lost", e);
                return false;
            }
        }

        private void sweep() throws IOException {
            Instant oldest = Instant.now().minus(UNUSED);
            try (DirectoryStream<Path> files =
                    Files.newDirectoryStream(file.getParent(), "cut-*.rows*")) {
                for (Path old : files) {
                    if (Files.getLastModifiedTime(old).toInstant().isBefore(oldest)) {
                        Files.deleteIfExists(old);
                    }
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            } catch (NoSuchFileException e) {
                LOG.log(Level.DEBUG, "another process sweeps, too", e);
            }
        }
    }

    /** The memory of this JVM: the results used last. */
    record InMemory(String key) implements CachePlace {
        private static final int MOST = 16;
        private static final Map<String, RowFile> KEPT = new LinkedHashMap<>();

        @Override
        public RowFile find() {
            synchronized (KEPT) {
                RowFile found = KEPT.remove(key);
                if (found != null) {
                    KEPT.put(key, found);
                }
                return found;
            }
        }

        @Override
        public boolean keep(RowIndex rows, String note) {
            synchronized (KEPT) {
                KEPT.remove(key);
                KEPT.put(key, new RowFile(rows, note));
                if (KEPT.size() > MOST) {
                    KEPT.remove(KEPT.keySet().iterator().next());
                }
                return true;
            }
        }
    }
}
