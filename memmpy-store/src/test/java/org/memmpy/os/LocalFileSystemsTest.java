// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

class LocalFileSystemsTest {
    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs", "btrfs", "overlay", "tmpfs", "apfs", "NTFS"})
    void diskOfThisMachine(String type) {
        assertTrue(LocalFileSystems.isLocal(type));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nfs",
                "nfs4",
                "cifs",
                "smb3",
                "smbfs",
                "9p",
                "virtiofs",
                "vboxsf",
                "fuse.sshfs",
                "fuse.s3fs",
                "fuse",
                "afs",
                "lustre",
                "gpfs",
                "ceph",
                "glusterfs",
                "unheard-of"
            })
    void sharedOrUnknown(String type) {
        assertFalse(LocalFileSystems.isLocal(type));
    }

    @Test
    void asksTheFileSystem(@TempDir Path directory) throws IOException {
        String type = Files.getFileStore(directory).type();
        assertEquals(LocalFileSystems.isLocal(type), LocalFileSystems.holds(directory));
        assertThrows(
                NoSuchFileException.class, () -> LocalFileSystems.holds(directory.resolve("x")));
    }
}
