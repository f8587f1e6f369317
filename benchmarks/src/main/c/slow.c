// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0
//
// A file system that shows a directory, read-only, and takes its time for each read: a disk far away. Many reads run
// at once, as such disks do.
// slow DIRECTORY MICROSECONDS MOUNTPOINT -f -o OPTIONS

#define FUSE_USE_VERSION 312
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *root;
static long delay;

static void full(char *to, size_t size, const char *path) { snprintf(to, size, "%s%s", root, path); }

static void *start(struct fuse_conn_info *connection, struct fuse_config *config) {
    connection->max_background = 128;
    connection->congestion_threshold = 128;
    config->kernel_cache = 1;
    return NULL;
}

static int show_attributes(const char *path, struct stat *to, struct fuse_file_info *file) {
    (void)file;
    char name[4096];
    full(name, sizeof name, path);
    return lstat(name, to) ? -errno : 0;
}

static int list(const char *path, void *to, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *file,
                enum fuse_readdir_flags flags) {
    (void)offset, (void)file, (void)flags;
    char name[4096];
    full(name, sizeof name, path);
    DIR *directory = opendir(name);
    if (!directory) return -errno;
    struct dirent *entry;
    while ((entry = readdir(directory))) fill(to, entry->d_name, NULL, 0, 0);
    closedir(directory);
    return 0;
}

static int open_file(const char *path, struct fuse_file_info *file) {
    char name[4096];
    full(name, sizeof name, path);
    if ((file->flags & O_ACCMODE) != O_RDONLY) return -EROFS;
    int opened = open(name, O_RDONLY);
    if (opened < 0) return -errno;
    file->fh = (uint64_t)opened;
    file->keep_cache = 1;
    return 0;
}

static int read_file(const char *path, char *to, size_t size, off_t offset, struct fuse_file_info *file) {
    (void)path;
    struct timespec wait = {delay / 1000000, delay % 1000000 * 1000};
    nanosleep(&wait, NULL);
    ssize_t count = pread((int)file->fh, to, size, offset);
    return count < 0 ? -errno : (int)count;
}

static int close_file(const char *path, struct fuse_file_info *file) {
    (void)path;
    return close((int)file->fh) ? -errno : 0;
}

int main(int count, char **args) {
    if (count < 4) return 2;
    root = args[1];
    delay = atol(args[2]);
    args[2] = args[0];
    struct fuse_operations operations = {.init = start,
                                         .getattr = show_attributes,
                                         .readdir = list,
                                         .open = open_file,
                                         .read = read_file,
                                         .release = close_file};
    return fuse_main(count - 2, args + 2, &operations, NULL);
}
