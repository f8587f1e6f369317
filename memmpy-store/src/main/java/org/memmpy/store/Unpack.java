// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RowType;
import org.memmpy.format.BlockChecksums;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.format.NpyHeader;
import org.memmpy.os.Disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Copies a pack's files into a directory, forced, and then its manifest: before that, the directory
 * is no store. What was made is removed if it fails.
 */
final class Unpack {
    private final Path file;
    private final Pack pack;
    private final Path store;
    private final Disk disk;
    private final PartBlocks blocks;
    private final Steps steps;
    private final List<Path> made = new ArrayList<>();
    private final Set<Path> directories = new LinkedHashSet<>();

    Unpack(Path file, Pack pack, Path store, Disk disk, Progress progress) {
        this.file = file;
        this.pack = pack;
        this.store = store;
        this.disk = disk;
        this.blocks = new PartBlocks(pack);
        this.steps = new Steps(progress, pack.manifest().arrays().values());
    }

    void run() throws IOException {
        boolean[] complete = {false};
        try {
            for (Map.Entry<String, Manifest.Array> array : pack.manifest().arrays().entrySet()) {
                String where = file + ", array '" + array.getKey() + "'";
                for (Manifest.Part part : array.getValue().parts()) {
                    copy(where, array.getValue().type(), part);
                }
            }
            for (Map.Entry<String, Manifest.Value> value : pack.manifest().values().entrySet()) {
                String where = file + ", value '" + value.getKey() + "'";
                write(
                        value.getValue().file(),
                        ByteBuffer.wrap(ValueFiles.bytes(pack, where, value.getValue())));
            }
            for (Path directory : directories) {
                disk.forceDirectory(directory);
            }
            new Generations(store).publish(pack.manifest(), disk, () -> complete[0] = true);
        } finally {
            if (!complete[0]) {
                remove();
            }
        }
    }

    private void copy(String where, RowType type, Manifest.Part part) throws IOException {
        BlockChecksums sums = new BlockChecksums(0, ByteBuffer.allocate(0));
        try (Disk.DiskFile out = create(part.file())) {
            out.write(ByteBuffer.wrap(NpyHeader.encode(type, part.rows())), 0);
            long[] end = {NpyHeader.BYTES};
            long length = NpyHeader.BYTES + part.rows() * type.bytes();
            blocks.read(
                    where,
                    type,
                    part,
                    bytes -> {
                        sums.appended(bytes);
                        int count = bytes.remaining();
                        // a block of zeros becomes a hole, if something follows
                        if (end[0] + count == length || !BlockChecksums.isZeros(bytes)) {
                            out.write(bytes, end[0]);
                        }
                        end[0] += count;
                        steps.advance(count);
                    });
            out.force();
        }
        if (part.tail() != Manifest.Part.UNCHECKED && sums.hasUnsaved()) {
            write(part.file() + ".crc", sums.unsaved());
        }
    }

    private void write(String name, ByteBuffer bytes) throws IOException {
        try (Disk.DiskFile out = create(name)) {
            out.write(bytes, 0);
            out.force();
        }
    }

    private Disk.DiskFile create(String name) throws IOException {
        Path path = StoreFiles.resolve(store, name);
        List<Path> missing = new ArrayList<>();
        for (Path at = path.getParent(); !at.equals(store); at = at.getParent()) {
            directories.add(at);
            if (Files.notExists(at)) {
                missing.addFirst(at);
            }
        }
        directories.add(store);
        if (!missing.isEmpty()) {
            disk.createDirectories(path.getParent());
            made.addAll(missing);
        }
        Disk.DiskFile created = disk.create(path);
        made.add(path);
        return created;
    }

    private void remove() throws IOException {
        for (Path path : made.reversed()) {
            disk.delete(path);
        }
    }
}
