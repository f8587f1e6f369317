// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import org.memmpy.DType;
import org.memmpy.NodeKind;
import org.memmpy.RowType;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What must hold among the nodes of a manifest: parents, components, equal lengths. */
public final class Structure {
    private static final int MAX_RANK = 31;

    private final Manifest manifest;

    /** The group of the node that was looked at last; the next one often is in the same. */
    private Manifest.Group group;

    private String groupPath;

    private Structure(Manifest manifest) {
        this.manifest = manifest;
    }

    /** {@return what is wrong with the first node that contradicts another, if one does} */
    public static Optional<String> fault(Manifest manifest) {
        Structure structure = new Structure(manifest);
        String fault = structure.parents();
        if (fault == null) {
            fault = structure.components();
        }
        return Optional.ofNullable(fault == null ? structure.lengths() : fault);
    }

    /**
     * {@return which file belongs to two nodes, or twice to one, if one does}
     *
     * <p>Who appends to one of them would change the rows of the other. Names that differ by case
     * are two files where they were made: a writer names both after one node was renamed.
     */
    public static Optional<String> sharedFile(Manifest manifest) {
        Set<String> files = new HashSet<>();
        for (Map.Entry<String, Manifest.Array> array : manifest.arrays().entrySet()) {
            for (Manifest.Part part : array.getValue().parts()) {
                if (!files.add(NodeNames.composed(part.file()))) {
                    return Optional.of(shared(part.file(), array.getKey()));
                }
            }
        }
        for (Map.Entry<String, Manifest.Value> value : manifest.values().entrySet()) {
            if (!files.add(NodeNames.composed(value.getValue().file()))) {
                return Optional.of(shared(value.getValue().file(), value.getKey()));
            }
        }
        return Optional.empty();
    }

    private static String shared(String file, String path) {
        return "the file '%s' of '%s' is named twice".formatted(file, path);
    }

    /** {@return the group that a node is in; null if there is none} */
    private Manifest.Group groupOf(String path) {
        int end = Math.max(0, path.lastIndexOf('/'));
        if (group == null || groupPath.length() != end || !path.startsWith(groupPath)) {
            groupPath = path.substring(0, end);
            group = manifest.groups().get(groupPath);
        }
        return group;
    }

    private String parents() {
        if (!manifest.groups().containsKey("") || !manifest.groups().get("").kind().isGroup()) {
            return "the root group is missing";
        }
        for (String path : manifest.groups().keySet()) {
            if (!manifest.groups().containsKey(NodeNames.parent(path))) {
                return "the group above '" + path + "' is missing";
            }
        }
        for (String path : manifest.arrays().keySet()) {
            if (path.isEmpty() || groupOf(path) == null) {
                return "the group of array '" + path + "' is missing";
            }
            if (manifest.groups().containsKey(path)) {
                return "'" + path + "' is both an array and a group";
            }
        }
        for (String path : manifest.values().keySet()) {
            if (path.isEmpty() || groupOf(path) == null) {
                return "the group of value '" + path + "' is missing";
            }
            if (manifest.groups().containsKey(path) || manifest.arrays().containsKey(path)) {
                return "'" + path + "' is a value and something else";
            }
        }
        return null;
    }

    private String components() {
        for (Map.Entry<String, Manifest.Group> entry : manifest.groups().entrySet()) {
            String fault =
                    switch (entry.getValue().kind()) {
                        case RAGGED -> ragged(entry.getKey());
                        case MASKED -> masked(entry.getKey());
                        default -> null;
                    };
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private String ragged(String path) {
        Manifest.Array offsets = manifest.arrays().get(path + "/offsets");
        if (!manifest.arrays().containsKey(path + "/values")
                || offsets == null
                || !offsets.type().equals(RowType.of(DType.INT64))
                || offsets.rows() < 1) {
            return "the ragged array '" + path + "' lacks its values, or its offsets in int64";
        }
        Manifest.Array shapes = manifest.arrays().get(path + "/shapes");
        if (shapes != null
                && (shapes.type().shape().length != 1
                        || shapes.type().elements() > MAX_RANK
                        || manifest.arrays().get(path + "/values").type().shape().length > 0)) {
            return "the shapes of the ragged array '%s' are %s, its values %s: not one shape a row, of single elements"
                    .formatted(path, shapes.type(), manifest.arrays().get(path + "/values").type());
        }
        for (String component : new String[] {"/shapes", "/hashes"}) {
            Manifest.Array array = manifest.arrays().get(path + component);
            if (array != null
                    && (array.type().dtype() != DType.INT64
                            || array.rows() != offsets.rows() - 1
                            || (component.equals("/hashes") && array.type().elements() > 1))) {
                return "'%s' has %,d rows of %s, its ragged array %,d rows"
                        .formatted(
                                path + component, array.rows(), array.type(), offsets.rows() - 1);
            }
        }
        boolean keyed = manifest.groups().containsKey(path + "/keys");
        if (keyed != manifest.arrays().containsKey(path + "/hashes")
                || keyed != manifest.arrays().containsKey(path + "/sorted")) {
            return "the ragged array '" + path + "' has only some of keys, hashes and sorted";
        }
        return keyed ? keys(path, offsets.rows()) : null;
    }

    private String keys(String path, long offsets) {
        Manifest.Array values = manifest.arrays().get(path + "/keys/values");
        Manifest.Array keyOffsets = manifest.arrays().get(path + "/keys/offsets");
        Manifest.Array sorted = manifest.arrays().get(path + "/sorted");
        if (manifest.groups().get(path + "/keys").kind() != NodeKind.RAGGED
                || values == null
                || !values.type().equals(RowType.of(DType.UINT8))
                || keyOffsets == null
                || keyOffsets.rows() != offsets
                || !sorted.type().equals(RowType.of(DType.INT64, 2))
                || sorted.rows() > offsets - 1) {
            return "the keys of the ragged array '" + path + "' are not one for each row";
        }
        return null;
    }

    private String masked(String path) {
        Manifest.Array values = manifest.arrays().get(path + "/values");
        Manifest.Array mask = manifest.arrays().get(path + "/mask");
        if (values == null
                || mask == null
                || values.rows() != mask.rows()
                || !mask.type().equals(RowType.of(DType.BOOL, values.type().shape()))) {
            return "the masked array '" + path + "' has not equally many values and mask elements";
        }
        return null;
    }

    private String lengths() {
        Map<String, String> first = new HashMap<>();
        for (String path : manifest.arrays().keySet()) {
            String fault = length(path, first);
            if (fault != null) {
                return fault;
            }
        }
        for (Map.Entry<String, Manifest.Group> group : manifest.groups().entrySet()) {
            String fault =
                    group.getValue().kind().isComposite() ? length(group.getKey(), first) : null;
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private String length(String path, Map<String, String> first) {
        if (groupOf(path).kind() != NodeKind.TABLE) {
            return null;
        }
        String table = NodeNames.parent(path);
        String other = first.putIfAbsent(table, path);
        if (other == null || manifest.rows(other) == manifest.rows(path)) {
            return null;
        }
        return "table '/%s' would have unequal columns: '%s' %,d rows, '%s' %,d rows"
                .formatted(
                        table,
                        NodeNames.last(other),
                        manifest.rows(other),
                        NodeNames.last(path),
                        manifest.rows(path));
    }
}
