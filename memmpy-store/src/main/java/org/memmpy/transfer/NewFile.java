// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.os.Disk;

import java.io.IOException;
import java.nio.file.Path;

/** A file that is there when it is complete, or not at all. */
final class NewFile {
    private NewFile() {}

    /** Writes a file's content. */
    @FunctionalInterface
    interface Content {
        void write(Disk.DiskFile out) throws IOException;
    }

    /**
     * Makes a file; removes it if its content cannot be written.
     *
     * @throws java.nio.file.FileAlreadyExistsException if it exists
     */
    static void write(Path target, Content content) throws IOException {
        boolean complete = false;
        try (Disk.DiskFile out = Disk.REAL.create(target)) {
            try {
                content.write(out);
                complete = true;
            } finally {
                if (!complete) {
                    Disk.REAL.delete(target);
                }
            }
        }
    }
}
