// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.RowType;
import org.memmpy.format.BlockChecksums;
import org.memmpy.format.Manifest;
import org.memmpy.os.MapArena;
import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;

/** Files that are held against their checksums before they are mapped, each block once. */
final class CheckedFiles implements StoreFiles {
    private final StoreFiles files;

    /** How many full blocks of a file were found to be sound. */
    private final Map<String, Long> sound = new ConcurrentHashMap<>();

    CheckedFiles(StoreFiles files) {
        this.files = files;
    }

    @Override
    public Extent find(String file) throws IOException {
        return files.find(file);
    }

    @Override
    public Optional<Pack> pack() {
        return files.pack();
    }

    @Override
    public StoreFiles in(Pack other) {
        return new CheckedFiles(files.in(other));
    }

    @Override
    public MapArena maps() {
        return files.maps();
    }

    @Override
    public MemorySegment map(MapArena maps, Extent extent, long from, long length, Access access)
            throws IOException {
        return files.map(maps, extent, from, length, access);
    }

    @Override
    public ReadableFile open(Extent extent, MapArena maps) throws IOException {
        return files.open(extent, maps);
    }

    @Override
    public void verify(String where, RowType type, Manifest.Part part, long firstRow)
            throws IOException {
        PartCheck check = new PartCheck(files, where, "", type, part, firstRow);
        check.checkFiles(CheckedFiles::refuse);
        if (!check.hasSums()) {
            return;
        }
        long tail = check.blocks() - 1;
        long from = Math.min(tail, sound.getOrDefault(part.file(), 0L));
        check.check(
                LongStream.rangeClosed(from, tail).boxed().toList(),
                ByteBuffer.allocateDirect(BlockChecksums.BLOCK),
                CheckedFiles::refuse);
        sound.merge(part.file(), tail, Math::max);
    }

    private static void refuse(VerificationReport.Problem problem) {
        throw new CorruptStoreException(problem.message());
    }
}
