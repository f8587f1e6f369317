// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a node of a store is. */
public enum NodeKind {
    /** Holds other nodes, of any lengths. */
    GROUP,
    /** Holds other nodes; those with rows have equally many. */
    TABLE,
    /** Rows of one type. */
    ARRAY,
    /** Rows of different lengths or shapes, found by number or by key. */
    RAGGED,
    /** Rows of one type, some elements of which are invalid. */
    MASKED,
    /** A string or another JSON value. */
    VALUE;

    /** {@return whether other nodes can be made in it} */
    public boolean isGroup() {
        return this == GROUP || this == TABLE;
    }

    /** {@return whether it is one node for its user, but a group of arrays on disk} */
    public boolean isComposite() {
        return this == RAGGED || this == MASKED;
    }

    /**
     * {@return the kind of a name as {@link #toString} gives it}
     *
     * @param name for example {@code ragged}
     */
    public static Optional<NodeKind> ofName(String name) {
        return Arrays.stream(values()).filter(kind -> kind.toString().equals(name)).findFirst();
    }

    /** {@return the name in lower case, as manifests have it} */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
