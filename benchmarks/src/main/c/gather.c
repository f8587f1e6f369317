/*
 * Copyright the memmpy authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a loader can reach at most: memcpy in a loop. Compiled when a benchmark runs, called on the mapping that the
 * loader reads too. Nothing is checked.
 */

#include <stdint.h>
#include <string.h>

/*
 * Gathers rows of some columns batch by batch, each batch over the one before. `count` is a multiple of `batch`; every
 * column has rows of `row_bytes`.
 */
void gather(char *const *to, const char *const *from, int64_t columns, const int64_t *rows, int64_t count,
            int64_t batch, int64_t row_bytes)
{
    for (int64_t at = 0; at < count; at += batch) {
        for (int64_t c = 0; c < columns; c++) {
            char *target = to[c];
            const char *source = from[c];
            for (int64_t i = 0; i < batch; i++) {
                memcpy(target + i * row_bytes, source + rows[at + i] * row_bytes, row_bytes);
            }
        }
    }
}

/* Copies `bytes` in order, in pieces of `piece`, each over the one before. */
void copy(char *to, const char *from, int64_t bytes, int64_t piece)
{
    for (int64_t at = 0; at + piece <= bytes; at += piece) {
        memcpy(to, from + at, piece);
    }
}

/* Reads `bytes`, a multiple of 128, as a consumer does who does nothing but read. Returns their sum. */
int64_t sum(const int64_t *from, int64_t bytes)
{
    int64_t sums[16] = {0};
    for (int64_t i = 0; i < bytes / 8; i += 16) {
        for (int lane = 0; lane < 16; lane++) {
            sums[lane] += from[i + lane];
        }
    }
    int64_t all = 0;
    for (int lane = 0; lane < 16; lane++) {
        all += sums[lane];
    }
    return all;
}
