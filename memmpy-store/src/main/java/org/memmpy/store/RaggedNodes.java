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
        return writer.look(
                tree -> tree.kind(path) == NodeKind.RAGGED ? at(path, tree::array, maps) : null);
    }

    /** {@return an array of a generation, whatever a writer has changed since} */
    RaggedArray committed(String path, Manifest manifest, MapArena maps) {
        return at(path, manifest.arrays()::get, maps);
    }

    private RaggedArray at(String path, Function<String, Manifest.Array> array, MapArena maps) {
        return known.computeIfAbsent(path, p -> make(p, array, maps));
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

    /** Takes note of an array that the writer has just created, without rows. */
    void fresh(String path, MapArena maps) {
        fresh.put(path, writer.look(tree -> make(path, tree::array, maps)));
    }

    /** Moves all to a generation; files that did not change keep their mapping. */
    void show(Manifest next, MapArena maps) {
        fresh.entrySet().removeIf(array -> showFresh(array.getValue(), next));
        Iterator<RaggedArray> arrays = known.values().iterator();
        while (arrays.hasNext()) {
            RaggedArray array = arrays.next();
            if (isIn(next, array)) {
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

    /** Arrays at and below a path that were not committed yet are there no more. */
    void endFresh(String node, String fate) {
        fresh.values()
                .removeIf(
                        array -> {
                            boolean ends = (array.path() + "/").startsWith(node + "/");
                            if (ends) {
                                array.retire(": it was " + fate + ". Ask the store for it again");
                            }
                            return ends;
                        });
    }

    void retire() {
        known.values().forEach(RaggedArray::retire);
        fresh.values().forEach(RaggedArray::retire);
    }
}
