// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.NodeKind;
import org.memmpy.format.NodeNames;

/**
 * What a store holds under a path.
 *
 * @param path names joined by {@code /}; empty for the root
 * @param kind what it is
 * @param rows how many committed rows it has; -1 for groups and values
 */
public record Node(String path, NodeKind kind, long rows) {
    /** {@return the last name of the path} */
    public String name() {
        return NodeNames.last(path);
    }
}
