// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Json;
import org.memmpy.os.Disk;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Since when which files are known not to be needed, from one vacuum to the next: {@code
 * vacuum.json}. If it is lost or damaged, all grace periods begin anew.
 */
final class VacuumNotes {
    private static final System.Logger LOG = System.getLogger(VacuumNotes.class.getName());

    private final Path store;
    private final Disk disk;
    private final Duration grace;
    private final Instant now;
    private final Map<String, Long> before;
    private final Map<String, Object> waiting = new LinkedHashMap<>();

    VacuumNotes(Path store, Disk disk, Duration grace, Instant now) throws IOException {
        this.store = store;
        this.disk = disk;
        this.grace = grace;
        this.now = now;
        this.before = read(store.resolve("vacuum.json"));
    }

    private static Map<String, Long> read(Path file) throws IOException {
        Map<String, Long> notes = new LinkedHashMap<>();
        try {
            if (Json.parse(Files.readAllBytes(file)) instanceof Map<?, ?> document
                    && document.get("unneeded") instanceof Map<?, ?> unneeded) {
                unneeded.forEach(
                        (name, since) -> {
                            if (since instanceof Long millis) {
                                notes.put(name.toString(), millis);
                            }
                        });
            }
        } catch (NoSuchFileException e) {
            // the usual case
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(Level.WARNING, file + ": not readable; the grace period begins anew", e);
        }
        return notes;
    }

    /** {@return whether an unneeded file may be removed now; if not, that is noted} */
    boolean isDue(String file) {
        if (grace.isZero()) {
            return true;
        }
        long since = before.getOrDefault(file, now.toEpochMilli());
        if (since > now.toEpochMilli()) {
            since = now.toEpochMilli(); // the clock was set back
        }
        if (before.containsKey(file)
                && Duration.ofMillis(now.toEpochMilli() - since).compareTo(grace) >= 0) {
            return true;
        }
        waiting.put(file, since);
        return false;
    }

    int waiting() {
        return waiting.size();
    }

    /** Keeps what waits for the next vacuum. A crash in between begins the grace period anew. */
    void save() throws IOException {
        Path file = store.resolve("vacuum.json");
        Path aside = store.resolve("vacuum.json.aside");
        disk.delete(aside);
        if (waiting.isEmpty()) {
            disk.delete(file);
            return;
        }
        try (Disk.DiskFile out = disk.create(aside)) {
            out.write(ByteBuffer.wrap(Json.writeValue(Map.of("unneeded", waiting))), 0);
            out.force();
        }
        disk.delete(file);
        disk.publish(aside, file);
        disk.delete(aside);
        disk.forceDirectory(store);
    }
}
