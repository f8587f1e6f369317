// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.os.Disk;
import org.memmpy.os.ForceFilter;

import java.io.IOException;
import java.util.function.Consumer;

/**
 * A disk that tells of every force that fails, whoever asked for it and whatever becomes of the
 * exception: the system may say only once that it has dropped what it could not write.
 */
final class WatchedDisk extends ForceFilter {
    private final Consumer<IOException> failed;

    WatchedDisk(Disk disk, Consumer<IOException> failed) {
        super(disk);
        this.failed = failed;
    }

    @Override
    protected void force(Force force) throws IOException {
        try {
            force.run();
        } catch (IOException e) {
            failed.accept(e);
            throw e;
        }
    }
}
