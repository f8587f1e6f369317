// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.os.Disk;

import java.io.IOException;
import java.nio.file.Path;

/** The real disk, which throws an error when a name was published and is to be forced. */
final class ErrorDisk implements Disk {
    boolean failsAfterPublication;
    private boolean published;

    @Override
    public DiskFile create(Path file) throws IOException {
        return REAL.create(file);
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        return REAL.open(file);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        REAL.createDirectories(directory);
    }

    @Override
    public void publish(Path aside, Path file) throws IOException {
        REAL.publish(aside, file);
        published = true;
    }

    @Override
    public void replace(Path aside, Path file) throws IOException {
        REAL.replace(aside, file);
    }

    @Override
    public void delete(Path file) throws IOException {
        REAL.delete(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        if (failsAfterPublication && published) {
            throw new OutOfMemoryError("simulated: unable to create native thread");
        }
        REAL.forceDirectory(directory);
    }
}
