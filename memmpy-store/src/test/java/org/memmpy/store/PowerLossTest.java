// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.memmpy.DType;
import org.memmpy.format.BlockChecksums;
import org.memmpy.testing.disk.DiskOp;
import org.memmpy.testing.disk.Fate;
import org.memmpy.testing.disk.JournalDisk;
import org.memmpy.testing.disk.MemoryFolder;
import org.memmpy.testing.disk.Platter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The power goes after every operation on the disk, and in the middle of every write; what was not
 * forced is lost, kept, or kept in part. Each time the store must open at exactly one generation,
 * no older than the last that was reported as committed, and a writer must be able to go on.
 *
 * <p>Killing a process proves nothing about this, because the system's memory survives; {@code
 * KillTest} does that. A longer run, with N random mixes after each operation instead of a few:
 *
 * <pre>mvn test -pl memmpy-store -Dtest='PowerLoss*' -Dmemmpy.crash=N</pre>
 */
class PowerLossTest {
    static final int MIXES = Integer.getInteger("memmpy.crash", 1);

    @TempDir(factory = MemoryFolder.class)
    private Path directory;

    static Stream<Scenario> scenarios() {
        return Scenario.all();
    }

    /** Longer runs are whole runs. */
    static int thinned(Scenario scenario) {
        return MIXES == 1 ? scenario.thinned() : 1;
    }

    private JournalDisk disk() throws IOException {
        return new JournalDisk(Files.createDirectory(directory.resolve("disk")).toRealPath());
    }

    private Path scratch() throws IOException {
        return Files.createDirectory(directory.resolve("scratch")).toRealPath();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void leavesACommittedGeneration(Scenario scenario) throws IOException {
        Session session = scenario.run(disk());
        int thinned = thinned(scenario);
        Recovery recovery = new Recovery(scratch(), 97, thinned);
        int states = CrashState.forEach(session, 0, MIXES, thinned, recovery);
        assertTrue(states > 10, "only " + states + " states");
    }

    /** Whatever a store does past its {@code Disk} would not be lost here, and hide its bugs. */
    @ParameterizedTest
    @MethodSource("scenarios")
    void everythingGoesByTheDisk(Scenario scenario) throws IOException {
        Session session = scenario.run(disk());
        Platter platter = session.disk().initial();
        session.disk().journal().forEach(platter::apply);
        Map<Path, byte[]> noted = platter.survivors(Fate.kept()).files();
        Map<Path, byte[]> there = new TreeMap<>();
        Path base = session.disk().base();
        try (Stream<Path> files = Files.walk(base)) {
            for (Path file : files.skip(1).toList()) {
                if (!file.getFileName().toString().startsWith("writer.")) {
                    byte[] bytes = Files.isDirectory(file) ? null : Files.readAllBytes(file);
                    there.put(base.relativize(file), bytes);
                }
            }
        }
        assertEquals(noted.keySet(), there.keySet());
        noted.forEach((file, bytes) -> assertArrayEquals(bytes, there.get(file), file.toString()));
    }

    /** A force that is left out, one kind at a time. */
    enum Force {
        OF_ROWS {
            @Override
            boolean is(DiskOp op, Session session) {
                return op instanceof DiskOp.Force force && !isManifest(force);
            }
        },
        OF_THE_MANIFEST {
            @Override
            boolean is(DiskOp op, Session session) {
                return op instanceof DiskOp.Force force && isManifest(force);
            }
        },
        OF_A_GROUP {
            @Override
            boolean is(DiskOp op, Session session) {
                return op instanceof DiskOp.ForceDirectory force
                        && force.path().startsWith(store(session))
                        && !force.path().equals(store(session));
            }
        },
        OF_THE_STORE_BEFORE_THE_MANIFEST {
            @Override
            boolean is(DiskOp op, Session session) {
                return isStore(op, session) && !isPublished(session);
            }
        },
        OF_THE_STORE_AFTER_THE_MANIFEST {
            @Override
            boolean is(DiskOp op, Session session) {
                return isStore(op, session) && isPublished(session);
            }
        },
        ABOVE_THE_STORE {
            @Override
            boolean is(DiskOp op, Session session) {
                return op instanceof DiskOp.ForceDirectory force
                        && !force.path().startsWith(store(session));
            }
        };

        abstract boolean is(DiskOp op, Session session);

        static Path store(Session session) {
            return session.disk().base().relativize(session.path());
        }

        static boolean isManifest(DiskOp.Force force) {
            return force.path().getFileName().toString().startsWith("memmpy-");
        }

        static boolean isStore(DiskOp op, Session session) {
            return op instanceof DiskOp.ForceDirectory force && force.path().equals(store(session));
        }

        static boolean isPublished(Session session) {
            return session.disk().journal().getLast() instanceof DiskOp.Link;
        }
    }

    /** The harness can fail: none of the forces can be left out unnoticed. */
    @ParameterizedTest
    @EnumSource
    void findsAMissingForce(Force missing) throws IOException {
        JournalDisk disk = disk();
        Session session = Scenario.session(disk);
        int[] left = {0};
        disk.forget(
                op -> {
                    boolean out = missing.is(op, session);
                    left[0] += out ? 1 : 0;
                    return out;
                });
        try (session) {
            session.create();
            session.array("x", DType.INT64);
            session.array("group/y", DType.INT8);
            session.appendToAll(100);
            session.commit();
            session.appendToAll(100);
            session.commit();
        }
        assertTrue(left[0] > 0, "nothing was left out");
        Path scratch = scratch();
        AssertionError found =
                assertThrows(
                        AssertionError.class,
                        () -> CrashState.forEach(session, 0, 1, new Recovery(scratch, 0)));
        assertTrue(found.getMessage().startsWith("power lost after"), found::getMessage);
    }

    /**
     * A process dies at each operation, another goes on with what the system still has in memory,
     * and then the power goes: nothing of what the second one committed may hang on something that
     * the first one had not forced.
     */
    @Test
    void aWriterGoesOnWhereAProcessHasDied() throws IOException {
        afterTheDeathOf(
                session -> session.create(StoreOption.FREE_ROOT),
                session -> {
                    session.edit();
                    session.array("x", DType.INT64);
                    session.append("x", 40_000);
                    session.commit();
                    session.array("group/y", DType.INT8);
                    session.appendToAll(10);
                    session.commit();
                });
    }

    @Test
    void aWriterGoesOnWhereTheCreatorHasDied() throws IOException {
        afterTheDeathOf(session -> {}, session -> session.create());
    }

    /** The first full block of a file in a group makes its file of checksums. */
    @Test
    void aWriterGoesOnWithTheChecksumsOfAProcessThatHasDied() throws IOException {
        afterTheDeathOf(
                session -> {
                    session.create(StoreOption.FREE_ROOT);
                    session.array("group/y", DType.UINT8);
                    session.append("group/y", BlockChecksums.BLOCK - 1);
                    session.commit();
                },
                session -> {
                    session.edit();
                    session.append("group/y", 2);
                    session.commit();
                });
    }

    /** As above: the process may die in the second body. */
    private void afterTheDeathOf(Scenario.Body before, Scenario.Body dying) throws IOException {
        Path scratch = scratch();
        boolean died = true;
        for (int operation = 0; died; operation++) {
            Path base = Files.createDirectory(directory.resolve("disk" + operation)).toRealPath();
            JournalDisk disk = new JournalDisk(base);
            Session session = new Scenario("before", before).run(disk);
            int from = disk.journal().size() + operation;
            disk.dieAt(from);
            died = diesIn(session, dying);
            disk.revive();
            if (!hasManifest(session)) {
                session.generations().clear();
            }
            int second = disk.journal().size();
            Recovery.goOn(session);
            try {
                CrashState.forEach(session, second, 0, new Recovery(scratch, Recovery.READ_ONLY));
            } catch (AssertionError e) {
                throw new AssertionError(
                        "a process died at operation " + from + ", then " + e.getMessage(), e);
            }
            Recovery.delete(base);
        }
    }

    private static boolean diesIn(Session session, Scenario.Body body) throws IOException {
        try (session) {
            body.run(session);
            return false;
        } catch (IOException e) {
            return isDeath(e);
        }
    }

    private static boolean isDeath(IOException e) throws IOException {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof JournalDisk.DeadException) {
                return true;
            }
        }
        throw e;
    }

    private static boolean hasManifest(Session session) throws IOException {
        try (Stream<Path> files = Files.walk(session.disk().base())) {
            return files.anyMatch(
                    file -> file.getFileName().toString().matches("memmpy-\\d+\\.json"));
        }
    }
}
