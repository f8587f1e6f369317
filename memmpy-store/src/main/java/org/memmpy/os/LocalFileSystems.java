// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/**
 * Tells the file systems of one machine from those that machines share. On one machine the kernel
 * sees every lock and every mapping. Over a network a reader may hold a lock that we do not see
 * ({@code nolock}, a FUSE daemon that keeps locks to itself, the folder of a virtual machine), or
 * lose the bytes of a file that is deleted while it is mapped.
 *
 * <p>A list of the local ones, because they are few and stay few: what is not known counts as
 * shared. Windows says {@code NTFS} of a share too; its locks are the server's, which everybody
 * sees.
 */
public final class LocalFileSystems {
    private static final Set<String> LOCAL =
            Set.of(
                    "ext2",
                    "ext3",
                    "ext4",
                    "xfs",
                    "btrfs",
                    "bcachefs",
                    "zfs",
                    "f2fs",
                    "jfs",
                    "reiserfs",
                    "erofs",
                    "squashfs",
                    "tmpfs",
                    "ramfs",
                    "rootfs",
                    "overlay",
                    "aufs",
                    "apfs",
                    "hfs",
                    "hfs+",
                    "ufs",
                    "ntfs",
                    "ntfs3",
                    "fuseblk",
                    "refs",
                    "exfat",
                    "vfat",
                    "msdos",
                    "fat",
                    "fat32",
                    "iso9660",
                    "udf");

    private LocalFileSystems() {}

    /**
     * Whether no other machine writes or reads here, so that a reader without a {@link ReaderLease}
     * is a dead one. Not known of a file system that this machine exports to others.
     *
     * @param path of an existing file or directory
     * @throws IOException if it cannot be looked at
     */
    public static boolean holds(Path path) throws IOException {
        return isLocal(Files.getFileStore(path).type());
    }

    static boolean isLocal(String type) {
        return LOCAL.contains(type.toLowerCase(Locale.ROOT));
    }
}
