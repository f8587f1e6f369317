// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What imported arrays are called: as in their source, unless {@code --name} says otherwise.
 *
 * <p>Either every {@code --name} is {@code OLD=NEW}, or each is a name for the next array that
 * comes, and there are as many as arrays.
 */
final class ArrayNames {
    private final Map<String, String> renamed = new LinkedHashMap<>();
    private final List<String> inOrder = new ArrayList<>();
    private final List<String> seen = new ArrayList<>();

    /**
     * Reads the options.
     *
     * @param options what stands behind each {@code --name}
     * @throws IllegalArgumentException if they are of both kinds, or name an array twice
     */
    ArrayNames(List<String> options) {
        for (String option : options) {
            int equals = option.indexOf('=');
            if (equals < 0) {
                inOrder.add(option);
            } else if (renamed.put(option.substring(0, equals), option.substring(equals + 1))
                    != null) {
                throw new IllegalArgumentException(
                        "--name renames '" + option.substring(0, equals) + "' twice");
            }
        }
        if (!renamed.isEmpty() && !inOrder.isEmpty()) {
            throw new IllegalArgumentException(
                    "--name is given as NEW and as OLD=NEW. Use one of the two throughout");
        }
    }

    /** {@return the name in the store of the next array, which its source calls {@code name}} */
    String next(String name) {
        seen.add(name);
        if (inOrder.isEmpty()) {
            return renamed.getOrDefault(name, name);
        }
        if (seen.size() > inOrder.size()) {
            throw new IllegalArgumentException(
                    ("%d --name given, but more arrays come, the next is '%s'. Give --name once for"
                                    + " each array in order, or --name OLD=NEW for those to rename")
                            .formatted(inOrder.size(), name));
        }
        return inOrder.get(seen.size() - 1);
    }

    /**
     * To be called after the last array.
     *
     * @throws IllegalArgumentException if a {@code --name} had no array
     */
    void requireAllUsed() {
        if (seen.size() < inOrder.size()) {
            throw new IllegalArgumentException(
                    "%d --name given, but the sources have %d: %s"
                            .formatted(inOrder.size(), seen.size(), String.join(", ", seen)));
        }
        for (String old : renamed.keySet()) {
            if (!seen.contains(old)) {
                throw new IllegalArgumentException(
                        "--name %s=%s: no source has an array '%s'. They have: %s"
                                .formatted(old, renamed.get(old), old, String.join(", ", seen)));
            }
        }
    }
}
