// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.NodeKind;
import org.memmpy.RowType;
import org.memmpy.UnsupportedFormatException;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;
import org.memmpy.format.NpyHeader;
import org.memmpy.format.Structure;
import org.memmpy.format.ZipMembers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Makes manifests up for {@code .npz} and {@code .npy} files of somebody else, whose arrays can be
 * mapped where they lie: all of them, or the file is refused, so that nothing is missing silently.
 */
final class ForeignArrays {
    private static final String NPY = ".npy";

    /** Of all groups' paths: many nested folders would take far more memory than the archive. */
    private static final long MAX_GROUP_CHARACTERS = 16L << 20;

    private final Path path;
    private final Map<String, Manifest.Group> groups = new LinkedHashMap<>();
    private final Map<String, Manifest.Array> arrays = new LinkedHashMap<>();
    private long groupCharacters;

    private ForeignArrays(Path path) {
        this.path = path;
        groups.put("", new Manifest.Group(NodeKind.GROUP));
    }

    /** {@return whether a file starts as an .npy file does} */
    static boolean isNpy(MappedFile file) {
        ByteBuffer start = ByteBuffer.allocate(6);
        file.read(start, 0);
        return new String(start.array(), StandardCharsets.ISO_8859_1).equals("\u0093NUMPY");
    }

    /** {@return the one array of a file, named as the file without its ending} */
    static Manifest ofNpy(Path path, MappedFile file, FileTime changed) throws IOException {
        ForeignArrays arrays = new ForeignArrays(path);
        String name = path.getFileName().toString();
        String stem = name.endsWith(NPY) ? name.substring(0, name.length() - NPY.length()) : name;
        NpyHeader header = ArrayFiles.readHeader(file, path.toString());
        arrays.add(stem, name, header, file.size(), path.toString());
        return arrays.manifest(name + header + file.size() + changed);
    }

    /** {@return all arrays of an archive; its folders are groups} */
    static Manifest ofNpz(Path path, Pack pack, Collection<ZipMembers.Member> members)
            throws IOException {
        ForeignArrays arrays = new ForeignArrays(path);
        String content = "";
        for (ZipMembers.Member member : members) {
            String source = path + ", member " + member.name();
            if (Generations.ofName(NodeNames.last(member.name())) >= 0) {
                throw new UnsupportedFormatException(
                        source
                                + ": the archive holds a memmpy store in a folder. Extract it with"
                                + " unzip and open the folder, or pack the store with Store.pack");
            }
            StoreFiles.Extent extent = pack.extent(member);
            if (member.name().endsWith(NPY)) {
                arrays.add(extent, member, source);
            } else if (member.name().endsWith(".npy.crc")
                    || member.name().endsWith(".value.json")) {
                throw new CorruptStoreException(
                        source
                                + ": a member as only packs of memmpy have, but the archive has no"
                                + " manifest. It was damaged or repacked in part; pack the store again");
            }
            content = uuid(content + member).toString();
        }
        if (arrays.arrays.isEmpty()) {
            throw new UnsupportedFormatException(
                    path + ": the archive holds no .npy member, so there is no array in it");
        }
        return arrays.manifest(content);
    }

    private void add(StoreFiles.Extent extent, ZipMembers.Member member, String source)
            throws IOException {
        if (!member.isStored()) {
            throw refused(source, "it is compressed");
        }
        NpyHeader header = ArrayFiles.readHeader(extent.open(), source);
        String stem = member.name().substring(0, member.name().length() - NPY.length());
        Manifest.Array array = add(stem, member.name(), header, extent.bytes(), source);
        if (extent.bytes() > array.parts().getFirst().fileBytes(array.type())) {
            throw new CorruptStoreException(
                    "%s: it is longer than its header says (%s). It was damaged; write it again"
                            .formatted(source, header));
        }
    }

    private Manifest.Array add(
            String stem, String file, NpyHeader header, long bytes, String source) {
        String name = legal(stem, source);
        long[] shape = header.shape();
        RowType type = type(header, shape, source);
        long rows = shape[0];
        if (rows > (bytes - header.dataOffset()) / type.bytes()) {
            throw new CorruptStoreException(
                    "%s: it has %,d bytes, and its header says more: %s, data at byte %d. It was cut; write or copy it again"
                            .formatted(source, bytes, header, header.dataOffset()));
        }
        for (String group = NodeNames.parent(name);
                groups.putIfAbsent(group, new Manifest.Group(NodeKind.GROUP)) == null;
                group = NodeNames.parent(group)) {
            groupCharacters += group.length();
            if (groupCharacters > MAX_GROUP_CHARACTERS) {
                throw refused(source, "the archive has too many nested folders");
            }
        }
        Manifest.Part part =
                new Manifest.Part(file, rows, Manifest.Part.UNCHECKED, header.dataOffset());
        Manifest.Array array = new Manifest.Array(type, List.of(part), Map.of());
        if (arrays.put(name, array) != null) {
            throw refused(source, "two members have the array's name '" + name + "'");
        }
        return array;
    }

    private static String legal(String stem, String source) {
        try {
            return NodeNames.check(stem);
        } catch (IllegalArgumentException e) {
            throw refused(source, "its name is none for an array: " + e.getMessage());
        }
    }

    private static RowType type(NpyHeader header, long[] shape, String source) {
        String wrong = null;
        if (shape.length == 0) {
            wrong = "it is a single value, without rows";
        } else if (header.fortranOrder() && shape.length > 1) {
            wrong = "it is in Fortran order";
        } else if (header.isBigEndian()) {
            wrong = "it is big endian";
        }
        if (wrong != null) {
            throw refused(source, wrong);
        }
        try {
            RowType type =
                    RowType.of(header.dtype(source), Arrays.copyOfRange(shape, 1, shape.length));
            if (header.holdsRowsOf(type, header.dataOffset())) {
                return type;
            }
            wrong = "its dtype is spelled '" + header.descr() + "'";
        } catch (IllegalArgumentException e) {
            wrong = e.getMessage();
        }
        throw refused(source, wrong);
    }

    private static UnsupportedFormatException refused(String source, String reason) {
        return new UnsupportedFormatException(
                source
                        + ": it cannot be mapped in place: "
                        + reason
                        + ". 'memmpy import' makes a store of the file, where it can");
    }

    private static UUID uuid(String content) {
        return UUID.nameUUIDFromBytes(content.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What was found, as generation 1.
     *
     * @param content what is another for other files
     */
    private Manifest manifest(String content) {
        groups.replaceAll((path, group) -> new Manifest.Group(kind(path)));
        Manifest manifest = new Manifest(uuid(content), 1, groups, arrays, Map.of(), Set.of());
        Structure.fault(manifest)
                .ifPresent(
                        fault -> {
                            throw refused(path.toString(), fault);
                        });
        return manifest;
    }

    /** A table if it has arrays and all are of one length, so that a loader takes it. */
    private NodeKind kind(String group) {
        long lengths =
                arrays.entrySet().stream()
                        .filter(array -> NodeNames.parent(array.getKey()).equals(group))
                        .mapToLong(array -> array.getValue().rows())
                        .distinct()
                        .count();
        return lengths == 1 ? NodeKind.TABLE : NodeKind.GROUP;
    }
}
