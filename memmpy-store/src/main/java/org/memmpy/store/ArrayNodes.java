// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RowType;
import org.memmpy.format.Manifest;
import org.memmpy.os.MapArena;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** The arrays that a store was asked for. Changes come under the store's monitor. */
final class ArrayNodes {
    private final Store store;
    private final StoreWriter writer;
    private final Map<String, MappedArray> known = new ConcurrentHashMap<>();

    /** Those that this writer has created or replaced since the last commit. */
    private final Map<String, MappedArray> fresh = new ConcurrentHashMap<>();

    /** {@code writer} is null for a store that is open for reading only. */
    ArrayNodes(Store store, StoreWriter writer) {
        this.store = store;
        this.writer = writer;
    }

    /** {@return the array as the store or its writer sees it; null if there is none} */
    MappedArray find(String path, Manifest manifest, MapArena maps) {
        boolean isCommitted = manifest.arrays().containsKey(path);
        if (writer == null) {
            return isCommitted ? committed(path, manifest, maps) : null;
        }
        Manifest.Array node = writer.look(tree -> tree.array(path));
        if (node == null) {
            return null; // whatever was asked for while it was created in vain
        }
        MappedArray created = fresh.get(path);
        if (created != null) {
            return created;
        }
        MappedArray before = isCommitted ? committed(path, manifest, maps) : null;
        return before != null && before.writingEnded() == null ? before : fresh(path, node, maps);
    }

    /** {@return an array of a generation, whatever a writer has changed since} */
    MappedArray committed(String path, Manifest manifest, MapArena maps) {
        return known.computeIfAbsent(
                path,
                p -> {
                    Manifest.Array node = manifest.arrays().get(p);
                    MappedArray found = handle(p, node, maps);
                    if (writer != null && !writer.goesOn(p, node)) {
                        found.endWriting(
                                ": it was deleted, renamed or replaced. Ask the store for it again");
                    }
                    return found;
                });
    }

    /** {@return an array that the writer has just created, without rows} */
    MappedArray fresh(String path, RowType type, MapArena maps) {
        return fresh(path, new Manifest.Array(type, List.of(), Map.of()), maps);
    }

    private MappedArray fresh(String path, Manifest.Array node, MapArena maps) {
        MappedArray created = handle(path, node, maps);
        fresh.put(path, created);
        return created;
    }

    private MappedArray handle(String path, Manifest.Array node, MapArena maps) {
        return new MappedArray(store, path, node.type(), writer, rows(path, node, maps, null));
    }

    private Rows rows(String path, Manifest.Array node, MapArena maps, Rows previous) {
        String where = store.path() + ", array '" + path + "'";
        return new Rows(store.files, where, node, maps, previous);
    }

    /** Moves all to a generation; files that did not change keep their mapping. */
    void show(Manifest next, MapArena maps) {
        fresh.forEach((path, array) -> showFresh(path, array, next.arrays().get(path)));
        known.entrySet().removeIf(array -> !show(array.getValue(), next, maps));
    }

    private void showFresh(String path, MappedArray array, Manifest.Array node) {
        if (node != null && node.type().equals(array.rowType())) {
            MappedArray before = known.put(path, array);
            fresh.remove(path);
            if (before != null && !before.equals(array)) {
                before.retire(": it was replaced. Ask the store for it again");
            }
        }
    }

    private boolean show(MappedArray array, Manifest next, MapArena maps) {
        String path = array.path();
        if (array.writingEnded() != null) {
            array.retire(array.writingEnded());
            return false;
        }
        Manifest.Array node = next.arrays().get(path);
        if (node != null && node.type().equals(array.rowType())) {
            if (!array.committed().isOf(node, maps)) {
                array.replace(rows(path, node, maps, array.committed()));
            }
            return true;
        }
        if (node == null && writer != null && writer.look(tree -> tree.array(path)) != null) {
            return true; // renamed or created while the commit was running
        }
        array.retire(
                ": generation %d has %s. Ask the store for it again"
                        .formatted(
                                next.generation(),
                                node == null
                                        ? "no such array: it was deleted or renamed"
                                        : "rows of " + node.type() + " there"));
        return false;
    }

    /** Arrays at and below a path are not there any more; committed ones are read on. */
    void end(String node, String fate) {
        String reason = ": it was " + fate + ". Ask the store for it again";
        Predicate<MappedArray> ends =
                array -> node.isEmpty() || (array.path() + "/").startsWith(node + "/");
        known.values().stream().filter(ends).forEach(array -> array.endWriting(reason));
        fresh.values().stream().filter(ends).forEach(array -> array.retire(reason));
        fresh.values().removeIf(ends);
    }

    void retire() {
        known.values().forEach(MappedArray::retire);
        fresh.values().forEach(MappedArray::retire);
    }
}
