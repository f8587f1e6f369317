// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.UnsupportedFormatException;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.format.ZipMembers;
import org.memmpy.os.MapArena;
import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Locale;
import java.util.Optional;

/**
 * A store in one file: a pack, or an {@code .npz} or {@code .npy} file of somebody else. Read-only.
 *
 * <p>The file is mapped as a whole, which costs the same for any length, and everything is read
 * from that mapping, or from others of the same file that {@link Access} asks for: if another pack
 * is renamed over it, this one stays what it was. No file stays open.
 */
final class Pack implements StoreFiles {
    private static final String REMEDY = ". Write or copy it again";

    private final Path path;
    private final Identity identity;
    private final MappedFile file;
    private final MapArena maps;

    /** Null for a single {@code .npy} file. */
    private final ZipMembers members;

    private final boolean foreign;
    private final Manifest manifest;

    /** What is different for another file of the same name. */
    private record Identity(Object key, long bytes, FileTime changed) {
        static Identity of(Path path) throws IOException {
            BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            return new Identity(now.fileKey(), now.size(), now.lastModifiedTime());
        }
    }

    private Pack(Path path, Identity identity, MapArena maps) throws IOException {
        this.path = path;
        this.identity = identity;
        this.maps = maps;
        this.file = new MappedFile(path, maps.map(path));
        if (ForeignArrays.isNpy(file)) {
            members = null;
            foreign = true;
            manifest = ForeignArrays.ofNpy(path, file, identity.changed());
        } else if (isZip()) {
            members = ZipMembers.read(file, path.toString());
            ZipMembers.Member newest = newestManifest();
            foreign = newest == null;
            manifest = foreign ? ForeignArrays.ofNpz(path, this, members.all()) : read(newest);
        } else {
            throw new NoSuchFileException(
                    path.toString(),
                    null,
                    "it is a file, and neither a pack nor an .npz or .npy file; any other memmpy"
                            + " store is a directory");
        }
    }

    /**
     * Opens a file.
     *
     * @return the pack, whose {@link #maps} are to be released
     * @throws NoSuchFileException if it is a file of another kind
     * @throws CorruptStoreException if it is damaged
     * @throws UnsupportedFormatException if something in it cannot be mapped in place
     */
    static Pack open(Path path) throws IOException {
        // first: if another file gets the name before it is mapped, the next look finds a
        // difference
        Identity identity = Identity.of(path);
        MapArena maps = new MapArena();
        boolean opened = false;
        try {
            Pack pack = new Pack(path, identity, maps);
            opened = true;
            return pack;
        } finally {
            if (!opened) {
                maps.release();
            }
        }
    }

    private boolean isZip() {
        ByteBuffer start = ByteBuffer.allocate(4);
        file.read(start, 0);
        String name = path.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".npz")
                || name.endsWith(".zip")
                || new String(start.array(), StandardCharsets.ISO_8859_1).matches("PK[\3\5][\4\6]");
    }

    /** {@return the manifest of the highest generation; null if there is none} */
    private ZipMembers.Member newestManifest() {
        ZipMembers.Member newest = null;
        long highest = -1;
        for (ZipMembers.Member member : members.all()) {
            long generation = Generations.ofName(member.name());
            if (generation > highest) {
                highest = generation;
                newest = member;
            }
        }
        return newest;
    }

    private Manifest read(ZipMembers.Member member) throws IOException {
        for (ZipMembers.Member each : members.all()) {
            requireStored(each);
        }
        String source = path + ", member " + member.name();
        Generations.requireLength(member.bytes(), source);
        Extent extent = extent(member);
        ByteBuffer bytes = ByteBuffer.allocate((int) extent.bytes());
        extent.open().read(bytes, 0);
        return Generations.decode(bytes.array(), member.name(), source);
    }

    private void requireStored(ZipMembers.Member member) {
        if (!member.isStored()) {
            throw new UnsupportedFormatException(
                    "%s, member %s: it is compressed, and cannot be mapped. Extract the archive with unzip: that gives a store"
                            .formatted(path, member.name()));
        }
    }

    /** {@return where a member is, compressed or not, whose two headers agree} */
    Extent extent(ZipMembers.Member member) throws IOException {
        long start = members.dataOffset(file, member);
        MemorySegment bytes = file.bytes().asSlice(start, member.storedBytes());
        return new Extent(path, start, member.storedBytes(), bytes);
    }

    @Override
    public Optional<Pack> pack() {
        return Optional.of(this);
    }

    @Override
    public Extent find(String name) throws IOException {
        if (members == null) {
            return new Extent(path, 0, file.size(), file.bytes());
        }
        return extent(
                members.find(name)
                        .orElseThrow(
                                () ->
                                        new NoSuchFileException(
                                                path.toString(),
                                                name,
                                                "the archive has no such member" + REMEDY)));
    }

    /** The mapping of this file; the caller who opened it holds it. */
    @Override
    public MapArena maps() {
        return maps;
    }

    /**
     * By the mapping that there is, or by another of its own for a pattern: if the file still has
     * its name, for nobody keeps it open.
     */
    @Override
    public MemorySegment map(MapArena mapped, Extent extent, long from, long length, Access access)
            throws IOException {
        if (access != Access.NORMAL) {
            try {
                MemorySegment own =
                        mapped.map(path, extent.offset() + from, length, access.advice());
                if (!isReplaced()) { // looked at last: it was no other when it was mapped
                    return own;
                }
            } catch (IOException e) {
                // it was deleted or moved
            }
        }
        return extent.mapped().asSlice(from, length);
    }

    /** By a file of its own if it still has its name, as with a mapping for a pattern. */
    @Override
    public ReadableFile open(Extent extent, MapArena mapped) throws IOException {
        ReadableFile own = null;
        try {
            own = ReadableFile.open(path);
            if (!isReplaced()) {
                return new FileSection(own, extent.offset(), extent.bytes());
            }
        } catch (IOException e) {
            // it was deleted or moved
        }
        if (own != null) {
            own.close();
        }
        return new HeldMapping(extent.open(), mapped);
    }

    /**
     * A mapping that stays as long as it is read as a file.
     *
     * @param file reads the mapping
     * @param maps where it is mapped; held
     */
    private record HeldMapping(ReadableFile file, MapArena maps) implements ReadableFile {
        HeldMapping {
            if (!maps.retain()) {
                throw new IllegalStateException("the store was closed");
            }
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return file.read(into, position);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void close() {
            maps.release();
        }
    }

    Manifest manifest() {
        return manifest;
    }

    /** {@return whether somebody else wrote it: it has no manifest of its own} */
    boolean isForeign() {
        return foreign;
    }

    /** {@return whether another file has its name now} */
    boolean isReplaced() throws IOException {
        return !Identity.of(path).equals(identity);
    }
}
