// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.memmpy.benchmarks.race.Dialogue;
import org.memmpy.benchmarks.race.Peer;
import org.memmpy.benchmarks.race.SkippedException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Libraries of Python over the same file, one process each, which wait while others have their
 * turn. A turn ends after {@link #SECONDS} at the latest.
 */
final class PythonContenders implements Contenders {
    static final double SECONDS = 1;

    private static final String RESOURCES = "/org/memmpy/benchmarks/loader/";

    /**
     * One library.
     *
     * @param name to be told if it is missing
     * @param peer how to start it; empty if it is missing
     * @param reason why it is missing; null if it is there
     */
    record Library(String name, Optional<Peer> peer, String reason) {
        static Library find(List<String> pythons, String name, String script) throws IOException {
            return find(pythons, name, script, null);
        }

        /** As the other, for a library that lies in a folder. */
        static Library find(List<String> pythons, String name, String script, Path folder)
                throws IOException {
            try {
                Peer peer = Peer.find(pythons, folder, RESOURCES + "turns.py", RESOURCES + script);
                return new Library(name, Optional.of(peer), null);
            } catch (SkippedException e) {
                return new Library(name, Optional.empty(), e.getMessage());
            }
        }

        static Library missing(String name, String reason) {
            return new Library(name, Optional.empty(), reason);
        }
    }

    private final List<Library> libraries;
    private final Path file;
    private final int batch;
    private final Path directory;
    private final List<Dialogue> open = new ArrayList<>();

    /**
     * Contenders of one race.
     *
     * @param file of the rows
     * @param directory for what a library wants written
     */
    PythonContenders(List<Library> libraries, Path file, int batch, Path directory) {
        this.libraries = libraries;
        this.file = file;
        this.batch = batch;
        this.directory = directory;
    }

    @Override
    public void addTo(LoaderRace race) throws IOException {
        for (Library library : libraries) {
            try {
                if (library.peer().isEmpty()) {
                    throw new SkippedException(library.reason());
                }
                Peer peer = library.peer().get();
                Dialogue dialogue = peer.talk(file, batch, directory);
                open.add(dialogue);
                String[] contenders = dialogue.answer().split("\\|");
                for (int i = 0; i < contenders.length; i++) {
                    String question = i + " %d " + SECONDS;
                    race.add(
                            Entry.gather(peer.version() + ", " + contenders[i]),
                            round -> speed(dialogue.ask(question.formatted(round))));
                }
            } catch (SkippedException e) {
                race.skip(Entry.gather(library.name()), e.getMessage());
            }
        }
    }

    private static double speed(String rowsAndSeconds) {
        String[] words = rowsAndSeconds.split(" ");
        return Double.parseDouble(words[0]) / Double.parseDouble(words[1]);
    }

    @Override
    public void close() throws IOException {
        for (Dialogue dialogue : open) {
            dialogue.close();
        }
    }
}
