// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.format.BlockChecksums;
import org.memmpy.format.Manifest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs a {@link Verification} of one generation. */
final class Verifier {
    /** The blocks that one thread takes at a time. */
    private static final int PIECE = 16;

    private final StoreFiles files;
    private final String store;
    private final Manifest manifest;
    private final Verification plan;
    private final List<Task> tasks = new ArrayList<>();
    private long uncheckedParts;
    private long total;
    private long done;

    Verifier(StoreFiles files, String store, Manifest manifest, Verification plan) {
        this.files = files;
        this.store = store;
        this.manifest = manifest;
        this.plan = plan;
    }

    /** What one task has found. */
    private static final class Found {
        private final List<VerificationReport.Problem> problems = new ArrayList<>();
        private long blocks;
        private long bytes;
    }

    /** Looks at some blocks, or at a file. */
    private interface Work {
        void run(ByteBuffer buffer, Found found) throws IOException;
    }

    private record Task(Work work, long bytes) {}

    VerificationReport run() throws IOException {
        Selection selection = new Selection(plan, units());
        manifest.arrays()
                .forEach(
                        (path, array) -> {
                            if (isWanted(path)) {
                                plan(path, array, selection);
                            }
                        });
        manifest.values()
                .forEach(
                        (path, value) -> {
                            if (isWanted(path) && selection.takesNext()) {
                                add(value.bytes(), (buffer, found) -> check(path, value, found));
                            }
                        });
        Found sum = new Found();
        for (Found found : runAll()) {
            sum.problems.addAll(found.problems);
            sum.blocks += found.blocks;
            sum.bytes += found.bytes;
        }
        return new VerificationReport(
                manifest.generation(), sum.bytes, sum.blocks, uncheckedParts, sum.problems);
    }

    private boolean isWanted(String path) {
        return plan.node().isEmpty() || (path + "/").startsWith(plan.node() + "/");
    }

    /** {@return how many blocks and values there are to choose from} */
    private long units() {
        long units = 0;
        for (Map.Entry<String, Manifest.Array> array : manifest.arrays().entrySet()) {
            if (isWanted(array.getKey())) {
                for (PartCheck part : parts(array.getKey(), array.getValue())) {
                    units += part.blocks();
                }
            }
        }
        return units + manifest.values().keySet().stream().filter(this::isWanted).count();
    }

    private List<PartCheck> parts(String path, Manifest.Array array) {
        List<PartCheck> parts = new ArrayList<>();
        long firstRow = 0;
        for (Manifest.Part part : array.parts()) {
            String where = store + ", array '" + path + "'";
            parts.add(new PartCheck(files, where, path, array.type(), part, firstRow));
            firstRow += part.rows();
        }
        return parts;
    }

    private void plan(String path, Manifest.Array array, Selection selection) {
        for (PartCheck part : parts(path, array)) {
            add(0, (buffer, found) -> part.checkFiles(found.problems::add));
            uncheckedParts += part.hasSums() ? 0 : 1;
            List<Long> piece = new ArrayList<>();
            for (long block = 0; block < part.blocks(); block++) {
                if (selection.takesNext()) {
                    piece.add(block);
                    if (piece.size() == PIECE) {
                        add(part, piece);
                        piece = new ArrayList<>();
                    }
                }
            }
            if (!piece.isEmpty()) {
                add(part, piece);
            }
        }
    }

    private void add(PartCheck part, List<Long> blocks) {
        long bytes = blocks.stream().mapToLong(part::bytes).sum();
        add(
                bytes,
                (buffer, found) -> {
                    PartCheck.Checked checked = part.check(blocks, buffer, found.problems::add);
                    found.blocks += checked.blocks();
                    found.bytes += checked.bytes();
                });
    }

    private void add(long bytes, Work work) {
        tasks.add(new Task(work, bytes));
        total += bytes;
    }

    private void check(String path, Manifest.Value value, Found found) throws IOException {
        try {
            ValueFiles.read(files, store + ", value '" + path + "'", value);
            found.blocks++;
            found.bytes += value.bytes();
        } catch (CorruptStoreException e) {
            found.problems.add(
                    new VerificationReport.Problem(
                            path, value.file(), -1, -1, 0, -1, value.crc32c(), e.getMessage()));
        }
    }

    /** {@return what the tasks have found, in their order} */
    private List<Found> runAll() throws IOException {
        long largest = tasks.stream().mapToLong(Task::bytes).max().orElse(0);
        int room = (int) Math.min(BlockChecksums.BLOCK, largest);
        ThreadLocal<ByteBuffer> buffers =
                ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(room));
        List<Found> found = new ArrayList<>();
        List<Future<Found>> running = new ArrayList<>();
        try (ExecutorService executor =
                Executors.newFixedThreadPool(
                        Math.clamp(tasks.size(), 1, plan.threads()),
                        Thread.ofPlatform().daemon().name("memmpy-verify-", 0).factory())) {
            try {
                for (Task task : tasks) {
                    running.add(executor.submit(() -> run(task, buffers.get())));
                }
                for (Future<Found> future : running) {
                    found.add(future.get());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException(store + ": the verification was interrupted");
            } catch (ExecutionException e) {
                throw rethrown(e.getCause());
            } finally {
                running.forEach(future -> future.cancel(false));
            }
        }
        return found;
    }

    private Found run(Task task, ByteBuffer buffer) throws IOException {
        Found found = new Found();
        task.work().run(buffer, found);
        synchronized (this) {
            done += task.bytes();
            if (task.bytes() > 0) {
                plan.progress().at(done, total);
            }
        }
        return found;
    }

    private static RuntimeException rethrown(Throwable cause) throws IOException {
        switch (cause) {
            case IOException e -> throw e;
            case UncheckedIOException e -> throw e.getCause();
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(cause);
        }
    }

    /** Chooses exactly the share that is wanted, each block as likely as any other. */
    private static final class Selection {
        private final SplittableRandom random;
        private long left;
        private long wanted;

        Selection(Verification plan, long units) {
            this.random = new SplittableRandom(plan.seed());
            this.left = units;
            this.wanted = (long) Math.ceil(plan.fraction() * units);
        }

        boolean takesNext() {
            boolean takes = wanted == left || random.nextLong(left) < wanted;
            left--;
            wanted -= takes ? 1 : 0;
            return takes;
        }
    }
}
