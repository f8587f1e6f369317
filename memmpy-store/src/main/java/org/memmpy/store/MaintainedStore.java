// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Manifest;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The part of a {@link Store} that concerns its files more than its nodes. */
abstract sealed class MaintainedStore extends StoreTree permits FollowedStore {
    private static final Duration UNPUBLISHED = Duration.ofDays(7);

    MaintainedStore(Path path, StoreFiles files, StoreWriter writer) {
        super(path, files, writer);
    }

    /** The generation that this store shows. */
    abstract Manifest shown();

    /** Takes hold of the files of the generation that this store shows, as a reader. */
    abstract HeldFiles hold();

    /** Shows a generation that its writer has made. */
    abstract long show(Manifest next, StoreWriter from);

    // ---- space

    /**
     * Removes all files that no generation in use needs: what was deleted, replaced or compacted
     * away, and what dead writers have left. In use are the newest generation and those that a
     * reader on this machine has open; older ones stay too where that takes no space.
     *
     * <p>Any file in the directory that is called {@code .npy}, {@code .npy.crc} or {@code
     * .value.json} and that no generation names is removed; others, symbolic links and stores
     * inside this one are left alone. Of {@linkplain Store#createPart parts}, those are removed
     * whose writer died before its first commit, and those that are committed since seven days and
     * were not adopted. What this writer has not committed yet stays.
     *
     * @return what was removed
     * @throws IllegalStateException if other machines may have the store open, unseen: give a
     *     {@linkplain #vacuum(Duration) time to wait}; if the store is open for reading only; if it
     *     is a part of another
     * @throws IOException if a file could not be removed; the store is sound
     */
    public Vacuumed vacuum() throws IOException {
        return vacuum(Duration.ZERO);
    }

    /**
     * As {@link #vacuum()}, but a file is removed only if a vacuum at least some time ago has found
     * already that it is not needed. For file systems that machines share, and for readers on
     * read-only file systems: give the longest time for which such a reader keeps a generation.
     *
     * @param grace how long ago
     * @return what was removed
     * @throws IOException as {@link #vacuum()}
     */
    public Vacuumed vacuum(Duration grace) throws IOException {
        return vacuum(grace, UNPUBLISHED);
    }

    /**
     * As {@link #vacuum(Duration)}.
     *
     * @param grace since when a file must be known not to be needed
     * @param unpublished how long ago the last commit of a part must be, so that it is removed
     *     although nobody has adopted it
     * @return what was removed
     * @throws IOException as {@link #vacuum()}
     */
    public Vacuumed vacuum(Duration grace, Duration unpublished) throws IOException {
        return requireWriter().vacuum(shown(), new Vacuum.Waits(grace, unpublished));
    }

    /**
     * Makes one file of every array that has several, and commits that. Readers go on with the
     * files they have; {@link #vacuum()} removes those later. Copies all rows of these arrays, and
     * holds them against their checksums.
     *
     * @return the generation that is current now; unchanged if every array is one file
     * @throws IllegalStateException if there are uncommitted changes
     * @throws org.memmpy.CorruptStoreException if a file is damaged; nothing has changed then
     * @throws IOException as {@link Store#commit}
     */
    public long compact() throws IOException {
        return compact("");
    }

    /**
     * As {@link #compact()}, of an array or of all that are in a group.
     *
     * @param node its path; {@code ""} is the root
     * @return the generation that is current now
     * @throws IOException as {@link #compact()}
     */
    public long compact(String node) throws IOException {
        return compact(node, Steps.UNTOLD);
    }

    /**
     * As {@link #compact(String)}, telling how far it is.
     *
     * @param node its path; {@code ""} is the root
     * @param progress is told; if it throws, nothing has changed
     * @return the generation that is current now
     * @throws IOException as {@link #compact()}
     */
    public long compact(String node, Progress progress) throws IOException {
        StoreWriter writer = requireWriter();
        return show(writer.compact(node(node).path(), progress), writer);
    }

    // ---- parts by other processes

    /**
     * {@return the parts that other processes have committed and closed, and that are not adopted,
     * in the order of their names}
     *
     * @throws IOException if they cannot be looked at
     */
    public List<Path> unpublishedParts() throws IOException {
        return requireWriter().unpublishedParts();
    }

    /**
     * Takes the rows of {@linkplain Store#createPart parts} behind those that are here, the
     * uncommitted ones included, in the order given. No row is copied. They are seen from the next
     * commit on. Nodes that are missing here are created as they are there; the attributes and
     * values that are here stay.
     *
     * @param parts their directories, each closed by its writer
     * @throws IllegalArgumentException if a node is of another type or kind there, if the arrays of
     *     a table would have different lengths, if a part is adopted already or is none, or if a
     *     key of a ragged array is here or in another part. Nothing is adopted then
     * @throws org.memmpy.StoreLockedException if the writer of a part has it open
     * @throws org.memmpy.CorruptStoreException if a file of a part is missing or cut
     * @throws IOException if a file cannot be read or forced
     */
    public void adopt(List<Path> parts) throws IOException {
        requireWriter().adopt(List.copyOf(parts));
    }

    // ---- packs

    /**
     * Writes the generation that is shown into one file, which {@link Store#open} maps in place,
     * {@code numpy.load} reads and {@code unzip} extracts. Of a writer, it is the last committed
     * one. Everything is held against its checksums on the way, arrays of several parts become one.
     *
     * <p>The file appears at once, when it is complete: also over an older pack of this store,
     * whose readers keep what they have until they {@linkplain Store#refresh refresh}.
     *
     * @param file by custom, with the ending {@code .npz}
     * @param options {@link StoreOption#REPLACE} to write over anything else than an older pack of
     *     this store; {@link StoreOption#NO_FORCE}
     * @throws java.nio.file.FileAlreadyExistsException if something else is there
     * @throws org.memmpy.CorruptStoreException if something is damaged, saying what; no file is
     *     written
     * @throws IOException if it cannot be written
     */
    public void pack(Path file, StoreOption... options) throws IOException {
        pack(file, Steps.UNTOLD, options);
    }

    /**
     * As {@link #pack(Path, StoreOption...)}, telling how far it is.
     *
     * @param file where to
     * @param progress is told; if it throws, no file is written
     * @param options as there
     * @throws IOException as there
     */
    public void pack(Path file, Progress progress, StoreOption... options) throws IOException {
        pack(PackWriter.Target.of(file, options), progress);
    }

    void pack(PackWriter.Target target) throws IOException {
        pack(target, Steps.UNTOLD);
    }

    private void pack(PackWriter.Target target, Progress progress) throws IOException {
        if (writer != null) {
            try (Store reader =
                    Store.open(path)) { // which keeps its files, whatever this writer does
                ((MaintainedStore) reader).pack(target, progress);
            }
            return;
        }
        try (HeldFiles held = hold()) {
            new PackWriter(path, held.manifest(), held.files(), target, progress).write();
        }
    }

    /**
     * Makes a store of a pack: the same generation of the same store, which {@link Store#edit} goes
     * on with. Everything is held against its checksums, and is durable when this returns; the
     * directory is no store before that.
     *
     * @param file a {@linkplain #pack pack}
     * @param directory does not exist or is empty
     * @param options {@link StoreOption#NO_FORCE}
     * @throws java.nio.file.FileAlreadyExistsException if something is there
     * @throws org.memmpy.CorruptStoreException if the pack is damaged, saying where
     * @throws org.memmpy.UnsupportedFormatException if it is no pack of memmpy
     * @throws IOException if the file system fails
     */
    public static void unpack(Path file, Path directory, StoreOption... options)
            throws IOException {
        unpack(file, directory, Steps.UNTOLD, options);
    }

    /**
     * As {@link #unpack(Path, Path, StoreOption...)}, telling how far it is.
     *
     * @param file a pack
     * @param directory does not exist or is empty
     * @param progress is told; if it throws, no file of rows stays
     * @param options as there
     * @throws IOException as there
     */
    public static void unpack(Path file, Path directory, Progress progress, StoreOption... options)
            throws IOException {
        new StoreOpener(directory, options).unpack(file, progress);
    }

    // ---- verifying

    /**
     * Holds the files of the generation that is shown against its checksums.
     *
     * @param what which nodes, all blocks or a sample of them
     * @return what was found; {@link VerificationReport#isSound} if nothing is wrong. A file that
     *     is cut or removed meanwhile is a problem in the report
     * @throws IllegalArgumentException if there is no such node
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     * @throws IOException if the file system fails
     */
    public VerificationReport verify(Verification what) throws IOException {
        if (writer != null) {
            requireOpen();
            try (HeldGeneration newest = HeldGeneration.newest(path);
                    HeldFiles held = HeldFiles.of(newest, files)) {
                return verify(held, what);
            }
        }
        try (HeldFiles held = hold()) {
            return verify(held, what);
        }
    }

    private VerificationReport verify(HeldFiles held, Verification what) throws IOException {
        Manifest manifest = held.manifest();
        if (manifest.kind(what.node()) == null) {
            throw new IllegalArgumentException(
                    "%s has no node '%s'. It has: %s"
                            .formatted(path, what.node(), Tree.some(manifest)));
        }
        return new Verifier(held.files(), path.toString(), manifest, what).run();
    }
}
