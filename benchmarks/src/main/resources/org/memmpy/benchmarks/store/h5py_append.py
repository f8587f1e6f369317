# Copyright the memmpy authors.
# SPDX-License-Identifier: Apache-2.0
"""Appends to an HDF5 dataset by resizing it, and prints the seconds.

Arguments: "version", or: directory, file with random bytes, number of pieces of 1 MiB, "guess" for the
chunks that h5py chooses or "piece" for chunks of a piece, which suit it best. The file is closed, then forced.
"""

import os
import sys
import time

import h5py
import numpy as np

COLUMNS = 256
ROWS = 1024


def main(directory, pool_file, pieces, chunks):
    pool = np.fromfile(pool_file, np.float32).reshape(-1, ROWS, COLUMNS)
    path = os.path.join(directory, "rows.h5")
    start = time.perf_counter()
    with h5py.File(path, "w") as file:
        rows = file.create_dataset(
            "rows",
            (0, COLUMNS),
            np.float32,
            maxshape=(None, COLUMNS),
            chunks=(ROWS, COLUMNS) if chunks == "piece" else None,
        )
        for i in range(pieces):
            count = i * ROWS
            rows.resize(count + ROWS, axis=0)
            rows[count : count + ROWS] = pool[i % len(pool)]
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    return time.perf_counter() - start


if sys.argv[1] == "version":
    print(h5py.__version__)
else:
    print(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
