// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** What the system knows a file by, whatever it is called. */
final class FileIdentity {
    private static final Object NONE = new Object();

    private FileIdentity() {}

    /** {@return a key that another file in its place does not have; links are not followed} */
    static Object of(Path file) {
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
