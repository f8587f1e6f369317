// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.os.Disk;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Removes statistics and cuts from the cache that nobody has asked for in a while, and those who
 * died while writing have left. What cannot be removed stays: nothing depends on it.
 */
final class CacheSweep {
    /** How many files stay. */
    static final int MAX_FILES = 1000;

    /** How long a file stays after it was written or used. */
    static final Duration UNUSED = Duration.ofDays(30);

    private static final Duration ABANDONED = Duration.ofDays(1);
    private static final Pattern KEPT =
            Pattern.compile("statistics-[0-9a-f]{64}\\.bin|cut-[0-9a-f]{64}\\.rows");
    private static final Pattern ASIDE =
            Pattern.compile(
                    "(statistics-[0-9a-f]{64}\\.bin-|cut-[0-9a-f]{64}\\.rows\\.)[0-9a-f-]{36}\\.aside");
    private static final System.Logger LOG = System.getLogger(CacheSweep.class.getName());

    private final Path cache;
    private final Disk disk;
    private final Instant now;
    private long bytes;
    private int count;

    private record CacheFile(Path path, Instant used, long bytes) {}

    CacheSweep(Path store, Disk disk, Instant now) {
        this.cache = store.resolve(StatisticsCache.DIRECTORY);
        this.disk = disk;
        this.now = now;
    }

    /** {@return the bytes of the files that were removed} */
    long bytes() {
        return bytes;
    }

    /** {@return how many files were removed} */
    int count() {
        return count;
    }

    void run() {
        if (!Files.isDirectory(cache, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<CacheFile> kept = files(KEPT);
        kept.sort(Comparator.comparing(CacheFile::used).reversed());
        for (int i = 0; i < kept.size(); i++) {
            if (i >= MAX_FILES || isOlder(kept.get(i), UNUSED)) {
                remove(kept.get(i));
            }
        }
        for (CacheFile aside : files(ASIDE)) {
            if (isOlder(aside, ABANDONED)) {
                remove(aside);
            }
        }
    }

    private List<CacheFile> files(Pattern name) {
        List<CacheFile> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(cache)) {
            for (Path file : files) {
                if (name.matcher(file.getFileName().toString()).matches()) {
                    add(found, file);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.log(Level.DEBUG, cache + " cannot be read; it stays as it is", e);
        }
        return found;
    }

    private static void add(List<CacheFile> found, Path file) {
        try {
            BasicFileAttributes is =
                    Files.readAttributes(
                            file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (is.isRegularFile()) {
                found.add(new CacheFile(file, is.lastModifiedTime().toInstant(), is.size()));
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, file + " is gone, or stays", e);
        }
    }

    private boolean isOlder(CacheFile file, Duration age) {
        return Duration.between(file.used(), now).compareTo(age) > 0;
    }

    private void remove(CacheFile file) {
        try {
            disk.delete(file.path());
            bytes += file.bytes();
            count++;
        } catch (IOException e) {
            LOG.log(Level.DEBUG, file.path() + " cannot be removed; it stays", e);
        }
    }
}
