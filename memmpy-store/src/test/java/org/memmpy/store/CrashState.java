// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.testing.disk.DiskOp;
import org.memmpy.testing.disk.Fate;
import org.memmpy.testing.disk.Platter;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A store's directory as a power loss has left it.
 *
 * @param number of the state, from 1
 * @param cause where the power went and what became of what was not durable
 * @param survivors what is on the disk
 * @param store where the store is, relative to the disk's directory
 * @param returned the last generation whose commit had returned; 0 if not even the creation had
 * @param published the generations whose manifest had got its name, durable or not
 * @param models what the generations hold
 */
record CrashState(
        int number,
        String cause,
        Platter.Survivors survivors,
        Path store,
        long returned,
        Set<Long> published,
        Map<Long, Model> models) {
    private static final Pattern MANIFEST = Pattern.compile("memmpy-(\\d+)\\.json");

    /** So many states are in memory at once. */
    private static final int TOGETHER = 64;

    /** What is done with a state; by several threads, with one each. */
    interface Visitor {
        void visit(CrashState state) throws IOException;
    }

    /**
     * Writes it into an empty directory, and the files of the lock, which do not go by the disk.
     */
    void writeTo(Path directory) throws IOException {
        survivors.writeTo(directory);
        Path lock = directory.resolve(store).resolve("writer.lock");
        if (Files.isDirectory(lock.getParent()) && Files.notExists(lock)) {
            Files.createFile(lock);
            Files.write(lock.resolveSibling("writer.json"), new byte[77]);
        }
    }

    /** {@return the highest number of a manifest that is there, sound or not; 0 for none} */
    long highest() {
        return survivors.files().keySet().stream()
                .filter(file -> store.equals(file.getParent()))
                .mapToLong(CrashState::generation)
                .max()
                .orElse(0);
    }

    /** {@return whether there is more in the store's directory than manifests} */
    boolean holdsArrays() {
        return survivors.files().keySet().stream()
                .filter(file -> store.equals(file.getParent()))
                .map(file -> file.getFileName().toString())
                .anyMatch(name -> !name.startsWith("memmpy-") && !name.startsWith("writer."));
    }

    private static long generation(Path file) {
        Matcher name = MANIFEST.matcher(file.getFileName().toString());
        return name.matches() ? Long.parseLong(name.group(1)) : 0;
    }

    /**
     * Visits every different state that a power loss may leave: after each operation, and in the
     * middle of each write, with all lost, all kept, each single thing lost or kept against all
     * others, and random mixes.
     *
     * @param session what was done
     * @param from the first operation after which the power may go, counted from 0
     * @param mixes how many random mixes for each operation
     * @return how many states
     */
    static int forEach(Session session, int from, int mixes, Visitor visitor) throws IOException {
        return forEach(session, from, mixes, 1, visitor);
    }

    /**
     * As the other one, but there is more than all lost and all kept only where a manifest gets its
     * name, and after one operation of some.
     *
     * @param thinned of how many
     */
    static int forEach(Session session, int from, int mixes, int thinned, Visitor visitor)
            throws IOException {
        Platter platter = session.disk().initial();
        Path store = session.disk().base().relativize(session.path());
        List<DiskOp> journal = session.disk().journal();
        Set<String> seen = new HashSet<>();
        Set<Long> published = new TreeSet<>(Set.of(session.before()));
        long returned = session.before();
        List<CrashState> found = new ArrayList<>();
        for (int at = 0; at < journal.size(); at++) {
            DiskOp op = journal.get(at);
            platter.apply(op);
            if (op instanceof DiskOp.Mark(Long generation)) {
                returned = generation;
            }
            if (op instanceof DiskOp.Link link && store.equals(link.path().getParent())) {
                published.add(generation(link.path()));
            }
            if (at < from) {
                continue;
            }
            boolean more = at % thinned == 0 || op instanceof DiskOp.Link;
            for (Fate fate : fates(platter, op, at, mixes, more)) {
                Platter.Survivors survivors = platter.survivors(fate);
                if (seen.add(returned + " " + published.size() + survivors.fingerprint())) {
                    String cause =
                            "power lost after operation %d of %d, %s: %s"
                                    .formatted(at, journal.size(), op, fate);
                    found.add(
                            new CrashState(
                                    seen.size(),
                                    cause,
                                    survivors,
                                    store,
                                    returned,
                                    Set.copyOf(published),
                                    session.generations()));
                }
                if (found.size() == TOGETHER) {
                    visitAll(found, visitor);
                    found.clear();
                }
            }
        }
        visitAll(found, visitor);
        return seen.size();
    }

    /** Throws what the first of them throws. */
    private static void visitAll(List<CrashState> states, Visitor visitor) throws IOException {
        List<Callable<Void>> visits = new ArrayList<>();
        for (CrashState state : states) {
            visits.add(
                    () -> {
                        visitor.visit(state);
                        return null;
                    });
        }
        int threads = Runtime.getRuntime().availableProcessors();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (Future<Void> visit : executor.invokeAll(visits)) {
                visit.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError error) {
                throw error;
            }
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    private static List<Fate> fates(Platter platter, DiskOp op, int at, int mixes, boolean more) {
        List<Fate> fates = new ArrayList<>(List.of(Fate.lost(), Fate.kept()));
        if (op instanceof DiskOp.Write write) {
            fates.add(Fate.torn(write.inode()));
        }
        if (!more) {
            return fates;
        }
        for (Object thing : platter.pending()) {
            fates.add(Fate.allBut(true, thing));
            fates.add(Fate.allBut(false, thing));
        }
        for (int mix = 0; mix < mixes; mix++) {
            fates.add(Fate.mixed((long) at * mixes + mix));
        }
        return fates;
    }
}
