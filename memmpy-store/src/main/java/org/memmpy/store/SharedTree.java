// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Manifest;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A writer's tree, as it is looked at by all threads while the writer has its monitor for as long
 * as a disk takes. It has a lock of its own, which is held for steps in memory only.
 *
 * <p>The writer changes it under its monitor; what it {@linkplain #pending sees} there needs no
 * lock. Steps of which some may fail are taken {@linkplain #hide unseen}.
 */
final class SharedTree {
    private final Path store;

    /** The writer's; the same that is shown, unless steps are hidden. */
    private PendingTree pending;

    private PendingTree shown;
    private boolean hidden;
    private Manifest committed;

    /** All that is shown; null if it has changed since somebody asked. */
    private Manifest whole;

    /** Of the arrays that were compacted last, by their first file that which they had before. */
    private Map<String, String> compacted = Map.of();

    SharedTree(Path store, Manifest committed) {
        this.store = store;
        this.committed = committed;
        this.whole = committed;
        this.pending = new PendingTree(store, committed);
        this.shown = pending;
    }

    // ---- for all threads

    synchronized <T> T look(Function<PendingTree, T> at) {
        return at.apply(shown);
    }

    /** {@return all nodes, as a generation that readers could see, without uncommitted rows} */
    synchronized Manifest manifest() {
        if (whole == null) {
            whole = shown.manifest(committed);
        }
        return whole;
    }

    /** {@return whether the path of a committed array still leads to that array} */
    synchronized boolean goesOn(String path, Manifest.Array committed) {
        String now = firstFile(shown.array(path));
        String before = firstFile(committed);
        return before != null
                && (before.equals(now) || (now != null && before.equals(compacted.get(now))));
    }

    private static String firstFile(Manifest.Array array) {
        return array == null || array.parts().isEmpty() ? null : array.parts().getFirst().file();
    }

    // ---- under the writer's monitor

    /** {@return the tree, to be looked at} */
    PendingTree pending() {
        return pending;
    }

    /** Takes one step, which is seen at once. */
    synchronized void change(Consumer<PendingTree> step) {
        whole = hidden ? whole : null;
        step.accept(pending);
    }

    /** From here on nobody sees the changes, until {@link #show} or {@link #takeBack}. */
    synchronized void hide() {
        pending = new PendingTree(store, manifest());
        hidden = true;
    }

    /** Shows what was hidden. */
    synchronized void show() {
        shown = pending;
        whole = null;
        hidden = false;
    }

    /** Forgets what was changed since it is hidden. */
    synchronized void takeBack() {
        pending = shown;
        hidden = false;
    }

    /**
     * A generation was published.
     *
     * @param next of this tree
     * @param appended its arrays to which something was added
     */
    synchronized void committed(Manifest next, Map<String, Manifest.Array> appended) {
        if (hidden) { // only a compaction is, until here
            compacted = new HashMap<>();
            appended.forEach(
                    (path, array) -> compacted.put(firstFile(array), firstFile(shown.array(path))));
        }
        appended.forEach(pending::setArray);
        shown = pending;
        hidden = false;
        committed = next;
        whole = next;
    }
}
