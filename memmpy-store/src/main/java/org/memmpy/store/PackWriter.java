// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.MemmpyException;
import org.memmpy.NodeKind;
import org.memmpy.RowType;
import org.memmpy.format.BlockChecksums;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.format.ManifestCodec;
import org.memmpy.format.NodeNames;
import org.memmpy.format.NpyHeader;
import org.memmpy.format.ZipStoredWriter;
import org.memmpy.os.Disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes one generation of a store into one file; see {@link Store#pack}. */
final class PackWriter {
    private final Path store;
    private final Manifest manifest;
    private final Path file;
    private final boolean replace;
    private final Disk disk;
    private final PartBlocks blocks;
    private final Steps steps;
    private final StoreFiles files;
    private final Set<String> names = new HashSet<>();

    /**
     * Where a pack goes.
     *
     * @param replace whether anything that is there may be written over
     */
    record Target(Path file, Disk disk, boolean replace) {
        static Target of(Path file, StoreOption... options) {
            List<StoreOption> given = List.of(options);
            for (StoreOption option : given) {
                if (option != StoreOption.REPLACE && option != StoreOption.NO_FORCE) {
                    throw new IllegalArgumentException(
                            "Store.pack(%s): the option %s makes no sense there"
                                    .formatted(file, option));
                }
            }
            Disk disk = given.contains(StoreOption.NO_FORCE) ? Disk.UNFORCED : Disk.REAL;
            return new Target(file, disk, given.contains(StoreOption.REPLACE));
        }
    }

    PackWriter(Path store, Manifest manifest, StoreFiles files, Target target, Progress progress) {
        this.store = store;
        this.manifest = manifest;
        this.files = files;
        this.file = target.file().toAbsolutePath();
        this.replace = target.replace();
        this.disk = target.disk();
        this.blocks = new PartBlocks(files);
        this.steps = new Steps(progress, manifest.arrays().values());
    }

    void write() throws IOException {
        requireReplaceable();
        removeAbandoned();
        // nobody else has this name, so that what is given the final name is what was written here
        Path aside =
                file.resolveSibling(
                        "%s.%d-%s.aside"
                                .formatted(
                                        file.getFileName(),
                                        ProcessHandle.current().pid(),
                                        UUID.randomUUID().toString().substring(0, 8)));
        try {
            try (Disk.DiskFile out = disk.create(aside)) {
                write(new ZipStoredWriter(out));
                out.force();
            }
            if (!publish(aside)) {
                requireReplaceable(); // it took a while
                disk.replace(aside, file);
            }
            disk.forceDirectory(file.getParent());
        } finally {
            disk.delete(aside); // not there any more if all is well
        }
    }

    /** {@return whether the name was free and is the pack's now: nobody else's is replaced then} */
    private boolean publish(Path aside) throws IOException {
        try {
            disk.publish(aside, file);
        } catch (FileAlreadyExistsException e) {
            return false;
        }
        disk.delete(aside); // its other name
        return true;
    }

    // ---- what may be there

    private void requireReplaceable() throws IOException {
        if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        String there = Files.isRegularFile(file) ? there() : "it is no file";
        if (there != null) {
            throw new FileAlreadyExistsException(file.toString(), null, there);
        }
    }

    private String there() throws IOException {
        if (replace) {
            return null;
        }
        String remedy = ". Choose another name, or write over it with StoreOption.REPLACE";
        try {
            Pack pack = Pack.open(file);
            pack.maps().release();
            if (pack.isForeign()) {
                return "it is an .npz or .npy file that is no pack of memmpy" + remedy;
            }
            return pack.manifest().uuid().equals(manifest.uuid())
                    ? null
                    : "it is a pack of another store" + remedy;
        } catch (NoSuchFileException | MemmpyException e) {
            return "it is no pack that can be read (" + e.getMessage() + ")" + remedy;
        }
    }

    /** Removes what writers left that died. If one lives elsewhere, its renaming fails. */
    private void removeAbandoned() throws IOException {
        Pattern ours =
                Pattern.compile(
                        Pattern.quote(file.getFileName().toString())
                                + "\\.(\\d{1,10})-[0-9a-f]{8}\\.aside");
        try (DirectoryStream<Path> siblings = Files.newDirectoryStream(file.getParent())) {
            for (Path sibling : siblings) {
                Matcher name = ours.matcher(sibling.getFileName().toString());
                if (name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
                    disk.delete(sibling);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    // ---- the members

    private void write(ZipStoredWriter zip) throws IOException {
        Map<String, Manifest.Array> arrays = new LinkedHashMap<>();
        for (Map.Entry<String, Manifest.Array> array : manifest.arrays().entrySet()) {
            arrays.put(array.getKey(), copy(zip, array.getKey(), array.getValue()));
        }
        Map<String, Manifest.Value> values = new LinkedHashMap<>();
        for (Map.Entry<String, Manifest.Value> value : manifest.values().entrySet()) {
            values.put(value.getKey(), copy(zip, value.getKey(), value.getValue()));
        }
        Manifest packed =
                new Manifest(
                        manifest.uuid(),
                        manifest.generation(),
                        manifest.groups(),
                        arrays,
                        values,
                        Set.of());
        // the last: what is extracted of an archive is no store before it is complete
        put(zip, Generations.name(manifest.generation()), ManifestCodec.encode(packed));
        zip.finish();
    }

    private Manifest.Array copy(ZipStoredWriter zip, String path, Manifest.Array array)
            throws IOException {
        List<List<Manifest.Part>> sources = new ArrayList<>();
        List<Manifest.Part> filled =
                array.parts().stream().filter(part -> part.rows() > 0).toList();
        if (filled.isEmpty() || !isRuns(path)) {
            sources.add(filled);
        } else {
            filled.forEach(part -> sources.add(List.of(part)));
        }
        List<Manifest.Part> copies = new ArrayList<>();
        for (List<Manifest.Part> source : sources) {
            copies.add(copy(zip, path, array.type(), source));
        }
        return new Manifest.Array(array.type(), copies, array.attributes());
    }

    /** {@return whether each part of an array is sorted by itself, so that they stay apart} */
    private boolean isRuns(String path) {
        Manifest.Group parent = manifest.groups().get(NodeNames.parent(path));
        return NodeNames.last(path).equals("sorted") && parent.kind() == NodeKind.RAGGED;
    }

    private Manifest.Part copy(
            ZipStoredWriter zip, String path, RowType type, List<Manifest.Part> parts)
            throws IOException {
        String name = name(path, ".npy");
        long rows = parts.stream().mapToLong(Manifest.Part::rows).sum();
        BlockChecksums sums = new BlockChecksums(0, ByteBuffer.allocate(0));
        zip.begin(name, NpyHeader.BYTES + rows * type.bytes());
        zip.write(ByteBuffer.wrap(NpyHeader.encode(type, rows)));
        for (Manifest.Part part : parts) {
            blocks.read(
                    store + ", array '" + path + "'",
                    type,
                    part,
                    bytes -> {
                        int count = bytes.remaining();
                        sums.appended(bytes);
                        zip.write(bytes);
                        steps.advance(count);
                    });
        }
        zip.end();
        long tail = sums.tail(null); // nothing was reserved, so nothing is read back
        if (sums.hasUnsaved()) {
            put(zip, name + ".crc", sums.unsaved());
        }
        return new Manifest.Part(name, rows, tail);
    }

    private Manifest.Value copy(ZipStoredWriter zip, String path, Manifest.Value value)
            throws IOException {
        String name = name(path, ".value.json");
        put(zip, name, ValueFiles.bytes(files, store + ", value '" + path + "'", value));
        return new Manifest.Value(name, value.bytes(), value.crc32c(), value.attributes());
    }

    private static void put(ZipStoredWriter zip, String name, byte[] bytes) throws IOException {
        put(zip, name, ByteBuffer.wrap(bytes));
    }

    private static void put(ZipStoredWriter zip, String name, ByteBuffer bytes) throws IOException {
        zip.begin(name, bytes.remaining());
        zip.write(bytes);
        zip.end();
    }

    /** {@return the plain name of a node's file, or where two nodes would have it, another} */
    private String name(String path, String suffix) {
        for (int attempt = 0; ; attempt++) {
            String name = NodeNames.file(path, suffix, manifest.generation(), attempt);
            if (names.add(NodeNames.folded(name))) {
                return name;
            }
        }
    }
}
