// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;

/** Which files and directories are still those that were made, whatever lies in their place. */
final class FileIdentities {
    private static final Object NONE = new Object();

    private final Map<Path, Object> identities = new HashMap<>();

    void remember(Path made) {
        identities.put(made, identity(made));
    }

    boolean holds(Path made) {
        return identity(made).equals(identities.get(made));
    }

    void clear() {
        identities.clear();
    }

    /** {@return what another file in its place does not have; links are not followed} */
    private static Object identity(Path file) {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(
                            file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            // Windows has no key
            return attributes.fileKey() != null ? attributes.fileKey() : attributes.creationTime();
        } catch (IOException e) {
            return NONE; // it is not there
        }
    }
}
