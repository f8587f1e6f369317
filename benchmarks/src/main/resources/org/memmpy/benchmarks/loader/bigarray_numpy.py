# Copyright the memmpy authors.
# SPDX-License-Identifier: Apache-2.0
"""NumPy: save, load into memory, slices of the array in memory.

Arguments: "version", or: a directory, the number of samples.
"""

import os


def main(directory, samples):
    path = os.path.join(directory, "x.npy")
    measure(
        samples,
        lambda: None,
        lambda target, data: np.save(path, data),
        lambda data: np.load(path),
        lambda rows, at, to: rows[at:to],
        lambda rows, at, to, target: np.copyto(target, rows[at:to]),
    )


if sys.argv[1] == "version":
    print("NumPy", np.__version__)
else:
    main(sys.argv[1], int(sys.argv[2]))
