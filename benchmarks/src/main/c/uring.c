// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0
//
// Random reads of rows through io_uring and the page cache, so many at a time.
// uring FILE OFFSET ROWS ROWBYTES DEPTH SECONDS SEED; prints rows, seconds and the bytes that the disk was asked for.

#define _GNU_SOURCE
#include <fcntl.h>
#include <liburing.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

// splitmix64
static uint64_t next(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static long long disk_bytes(void) {
    long long value = -1;
    char line[128];
    FILE *io = fopen("/proc/self/io", "r");
    while (io && fgets(line, sizeof line, io))
        if (sscanf(line, "read_bytes: %lld", &value) == 1) break;
    if (io) fclose(io);
    return value;
}

int main(int count, char **args) {
    if (count != 8) return 2;
    int file = open(args[1], O_RDONLY);
    if (file < 0) return 3;
    long long offset = atoll(args[2]), rows = atoll(args[3]);
    unsigned bytes = (unsigned)atol(args[4]), depth = (unsigned)atol(args[5]);
    double seconds = atof(args[6]);
    uint64_t state = (uint64_t)atoll(args[7]);
    posix_fadvise(file, 0, 0, POSIX_FADV_RANDOM);
    struct io_uring ring;
    if (io_uring_queue_init(depth, &ring, 0) < 0) return 4;
    char *memory = aligned_alloc(4096, (size_t)depth * ((bytes + 4095) / 4096 * 4096));
    if (!memory) return 5;
    long long done = 0, before = disk_bytes();
    unsigned inflight = 0;
    unsigned *free_slots = malloc(depth * sizeof *free_slots), free_count = depth;
    for (unsigned i = 0; i < depth; i++) free_slots[i] = i;
    double start = now();
    int stopping = 0;
    while (!stopping || inflight) {
        while (!stopping && free_count) {
            unsigned slot = free_slots[--free_count];
            struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
            long long row = (long long)(next(&state) % (uint64_t)rows);
            io_uring_prep_read(sqe, file, memory + (size_t)slot * ((bytes + 4095) / 4096 * 4096), bytes,
                               (uint64_t)(offset + row * bytes));
            io_uring_sqe_set_data64(sqe, slot);
            inflight++;
        }
        io_uring_submit_and_wait(&ring, inflight ? 1 : 0);
        struct io_uring_cqe *cqe;
        while (inflight && io_uring_peek_cqe(&ring, &cqe) == 0) {
            if (cqe->res != (int)bytes) return 6;
            free_slots[free_count++] = (unsigned)io_uring_cqe_get_data64(cqe);
            io_uring_cqe_seen(&ring, cqe);
            inflight--;
            done++;
        }
        stopping = now() - start > seconds;
    }
    printf("%lld %.9f %lld\n", done, now() - start, disk_bytes() - before);
    return 0;
}
