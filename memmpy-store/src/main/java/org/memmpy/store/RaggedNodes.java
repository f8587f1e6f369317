// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.NodeKind;
import org.memmpy.RaggedType;
import org.memmpy.format.Manifest;
import org.memmpy.os.MapArena;

import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;

/** The ragged arrays that a store was asked for. Called under the store's monitor. */
final class RaggedNodes {
    private final Store store;
    private final StoreWriter writer;
    private final Map<String, RaggedArray> known = new ConcurrentHashMap<>();

    /** Those that this writer has created since the last commit. */
    private final Map<String, RaggedArray> fresh = new ConcurrentHashMap<>();

    RaggedNodes(Store store, StoreWriter writer) {
        this.store = store;
        this.writer = writer;
    }

    /** {@return the array as the store or its writer sees it; null if there is none} */
    RaggedArray find(String path, Manifest manifest, MapArena maps) {
        RaggedArray created = fresh.get(path);
        if (created != null) {
            return created;
        }
        if (writer == null) {
            return manifest.kind(path) == NodeKind.RAGGED ? committed(path, manifest, maps) : null;
        }
        if (writer.look(tree -> tree.kind(path)) != NodeKind.RAGGED) {
            return null;
        }
        if (manifest.kind(path) == NodeKind.RAGGED) {
            RaggedArray before = committed(path, manifest, maps);
            if (before.writingEnded() == null) {
                return before;
            }
        }
        return fresh(path, maps);
    }

    /** {@return an array of a generation, whatever a writer has changed since} */
    RaggedArray committed(String path, Manifest manifest, MapArena maps) {
        return known.computeIfAbsent(
                path,
                p -> {
                    RaggedArray found = make(p, manifest.arrays()::get, maps);
                    if (writer != null && !goesOn(p, manifest)) {
                        found.endWriting(
                                ": it was deleted, renamed or replaced. Ask the store for it again");
                    }
                    return found;
                });
    }

    /** {@return whether the path of a committed array still leads to that array} */
    private boolean goesOn(String path, Manifest manifest) {
        String values = path + RaggedParts.VALUES;
        return writer.goesOn(values, manifest.arrays().get(values));
    }

    private RaggedArray make(String path, Function<String, Manifest.Array> array, MapArena maps) {
        RaggedType type = RaggedParts.type(path, array);
        return new RaggedArray(store, path, type, writer, rows(path, type, array, maps, null));
    }

    private RaggedRows rows(
            String path,
            RaggedType type,
            Function<String, Manifest.Array> array,
            MapArena maps,
            RaggedRows previous) {
        return new RaggedRows(
                store.files, store.path().toString(), path, type, array, maps, previous);
    }

    /** {@return an array that the writer has just created, or given another path} */
    RaggedArray fresh(String path, MapArena maps) {
        RaggedArray created = writer.look(tree -> make(path, tree::array, maps));
        fresh.put(path, created);
        return created;
    }

    /** Moves all to a generation; files that did not change keep their mapping. */
    void show(Manifest next, MapArena maps) {
        fresh.entrySet().removeIf(array -> showFresh(array.getValue(), next));
        Iterator<RaggedArray> arrays = known.values().iterator();
        while (arrays.hasNext()) {
            RaggedArray array = arrays.next();
            if (array.writingEnded() != null) {
                array.retire(array.writingEnded());
                arrays.remove();
            } else if (isIn(next, array)) {
                Function<String, Manifest.Array> nodes = next.arrays()::get;
                RaggedRows rows = rows(array.path(), array.type(), nodes, maps, array.committed());
                array.replace(rows);
            } else if (writer == null
                    || writer.look(tree -> tree.kind(array.path())) != NodeKind.RAGGED) {
                array.retire(
                        ": generation %d has no such array there. Ask the store for it again"
                                .formatted(next.generation()));
                arrays.remove();
            }
        }
    }

    private boolean showFresh(RaggedArray array, Manifest next) {
        if (!isIn(next, array)) {
            return false; // created while the commit was running
        }
        RaggedArray before = known.put(array.path(), array);
        if (before != null) {
            before.retire(": it was replaced. Ask the store for it again");
        }
        return true;
    }

    private static boolean isIn(Manifest manifest, RaggedArray array) {
        return manifest.kind(array.path()) == NodeKind.RAGGED
                && RaggedParts.type(array.path(), manifest.arrays()::get).equals(array.type());
    }

    /** Arrays at and below a path are not there any more; committed ones are read on. */
    void end(String node, String fate) {
        String reason = ": it was " + fate + ". Ask the store for it again";
        Predicate<RaggedArray> ends =
                array -> node.isEmpty() || (array.path() + "/").startsWith(node + "/");
        known.values().stream().filter(ends).forEach(array -> array.endWriting(reason));
        fresh.values().stream().filter(ends).forEach(array -> array.retire(reason));
        fresh.values().removeIf(ends);
    }

    void retire() {
        known.values().forEach(RaggedArray::retire);
        fresh.values().forEach(RaggedArray::retire);
    }
}
