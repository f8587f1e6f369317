// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.StoreLockedException;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Opens stores with messages that speak of verbs instead of methods. */
final class Stores {
    private static final Pattern MANIFEST = Pattern.compile("memmpy-(\\d{6,18})\\.json");

    private Stores() {}

    /** Opens a store's directory, a pack, or a file of NumPy. */
    static Store open(Path path) throws IOException {
        requireThere(path);
        return Store.open(path);
    }

    static Store edit(Path path, StoreOption... options) throws IOException {
        requireWritable(path);
        try {
            return Store.edit(path, options);
        } catch (StoreLockedException e) {
            throw locked(path, e);
        }
    }

    /**
     * {@return the number of the newest manifest in a directory, damaged or not; 0 if there is
     * none}
     */
    static long highestManifest(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return 0;
        }
        try (var entries = Files.list(path)) {
            return entries.map(entry -> MANIFEST.matcher(entry.getFileName().toString()))
                    .filter(Matcher::matches)
                    .mapToLong(name -> Long.parseLong(name.group(1)))
                    .max()
                    .orElse(0);
        }
    }

    /**
     * {@return the path of a node as a user may write it: with slashes around it, / for the root}
     */
    static String node(String written) {
        return written.replaceAll("^/+|/+$", "");
    }

    /** {@return a node's path for people} */
    static String shown(String node) {
        return node.isEmpty() ? "/" : node;
    }

    /** {@return in words what the library says in JSON and to programmers} */
    static StoreLockedException locked(Path path, StoreLockedException e) {
        String holder = holder(path.resolve("writer.json"));
        return new StoreLockedException(
                path
                        + ": "
                        + (holder == null ? "another process" : holder)
                        + " is writing to the store, and a store has one writer at a time. Wait until"
                        + " it has ended; the other verbs work meanwhile",
                e);
    }

    /** {@return who writes; null if that cannot be read} */
    private static String holder(Path file) {
        try {
            String json = Files.readString(file);
            String pid = field(json, "\"pid\":\\s*(\\d+)");
            String host = field(json, "\"host\":\\s*\"([^\"]+)\"");
            String since = field(json, "\"since\":\\s*\"([^\"]+)\"");
            return pid == null
                    ? null
                    : "process "
                            + pid
                            + (host == null ? "" : " on " + host)
                            + (since == null ? "" : ", since " + local(since) + ",");
        } catch (IOException e) {
            return null;
        }
    }

    private static String field(String json, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(json);
        return matcher.find() ? matcher.group(1) : null;
    }

    private static String local(String instant) {
        try {
            return LocalDateTime.ofInstant(Instant.parse(instant), ZoneId.systemDefault())
                    .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT));
        } catch (DateTimeException e) {
            return instant;
        }
    }

    /** What the library says of these it says to programmers. */
    private static void requireThere(Path path) throws IOException {
        if (Files.notExists(path)) {
            throw new NoSuchFileException(
                    path.toString(), null, "no such store. 'memmpy import' makes one");
        }
    }

    private static void requireWritable(Path path) throws IOException {
        requireThere(path);
        if (Files.isRegularFile(path)) {
            throw new NoSuchFileException(
                    path.toString(),
                    null,
                    "it is a file, which can only be read. 'memmpy unpack' makes a store of a pack,"
                            + " 'memmpy import' of a file of NumPy");
        }
    }

    static void requireNoFile(Path path) throws IOException {
        if (Files.isRegularFile(path)) {
            throw new NoSuchFileException(
                    path.toString(), null, "it is a file; a memmpy store is a directory");
        }
    }
}
