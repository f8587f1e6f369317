// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.memmpy.DType;
import org.memmpy.format.Generations;
import org.memmpy.testing.disk.JournalDisk;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Opens what a power loss has left, and holds it against what was promised: exactly one generation
 * that was published, none older than the last whose commit had returned; and a writer goes on.
 */
final class Recovery implements CrashState.Visitor {
    static final int READ_ONLY = -1;

    private final Path scratch;
    private final int again;
    private final int thinned;

    /**
     * Checks in a directory.
     *
     * @param scratch an empty directory
     * @param again the power is lost once more, at every operation of the writer that goes on, for
     *     every state of this many; 0 for never, {@link #READ_ONLY} if no writer shall go on
     */
    Recovery(Path scratch, int again) {
        this(scratch, again, 1);
    }

    /**
     * As the other one, for what takes long.
     *
     * @param thinned when the power is lost once more, not all fates are tried after each
     *     operation, but only after one of so many
     */
    Recovery(Path scratch, int again, int thinned) {
        this.scratch = scratch;
        this.again = again;
        this.thinned = thinned;
    }

    @Override
    public void visit(CrashState state) throws IOException {
        Path directory = Files.createDirectory(scratch.resolve("state" + state.number()));
        state.writeTo(directory);
        try {
            Session session = check(state, directory);
            if (again > 0 && state.number() % again == 0) {
                CrashState.forEach(session, 0, 1, thinned, new Recovery(directory, 0));
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            throw new AssertionError(state.cause() + ": " + e + listing(directory), e);
        }
        delete(directory);
    }

    private Session check(CrashState state, Path directory) throws IOException {
        Path path = directory.resolve(state.store());
        JournalDisk disk = new JournalDisk(directory);
        long found;
        try (Store store = Store.open(path)) {
            found = store.generation();
            assertTrue(state.published().contains(found), store + " was never published");
            assertTrue(found >= state.returned(), store + ", but " + state.returned() + " is lost");
            assertEquals(state.highest(), found, "a manifest has its name and is damaged");
            state.models().get(found).check(store);
            requireSound(path);
        } catch (NoSuchFileException e) {
            assertEquals(0, state.returned(), "the store is gone: " + e.getMessage());
            Session session = new Session(disk, path);
            if (state.holdsArrays()) { // of somebody who wrote before the creation was complete
                assertThrows(FileAlreadyExistsException.class, session::create);
                return session;
            }
            return goOn(session);
        }
        Session session = new Session(disk, path, found, state.models().get(found));
        return again == READ_ONLY ? session : goOn(session);
    }

    /** Lets a writer go on where a power loss, or the death of a process, has ended another. */
    static Session goOn(Session session) throws IOException {
        try (session) {
            if (session.generations().isEmpty()) {
                session.create();
            } else {
                session.edit();
            }
            if (!session.model().columns().containsKey("later/x")) {
                session.array("later/x", DType.INT16);
            }
            session.appendToAll(3);
            session.commit();
            session.store().vacuum();
            session.model().check(session.store());
        }
        try (Store store = Store.open(session.path())) {
            session.model().check(store);
        }
        requireSound(session.path());
        return session;
    }

    /**
     * Whatever manifest is there, of the store or of a part that was forced: what it names is there
     * too, and has the checksums that it says.
     */
    private static void requireSound(Path store) throws IOException {
        List<Path> stores = new ArrayList<>(PartStores.directories(store));
        stores.removeIf(part -> part.getFileName().toString().startsWith(Session.UNFORCED));
        stores.add(store);
        for (Path path : stores) {
            Generations generations = new Generations(path);
            for (long generation : generations.numbers()) {
                VerificationReport report =
                        new Verifier(
                                        new StoreFiles.InDirectory(path),
                                        path.toString(),
                                        generations.read(generation),
                                        Verification.all().threads(1))
                                .run();
                assertTrue(report.isSound(), () -> "generation " + generation + ": " + report);
            }
        }
    }

    private static String listing(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            StringBuilder text = new StringBuilder("\nthere is:");
            for (Path file : files.skip(1).toList()) {
                text.append("\n  ").append(directory.relativize(file));
                text.append(' ').append(Files.size(file));
            }
            return text.toString();
        }
    }

    static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        }
    }
}
