# Copyright the memmpy authors.
# SPDX-License-Identifier: Apache-2.0
"""np.memmap, which bigarray's arrays are: written through the mapping, mapped again.

Arguments: "version", or: a directory, the number of samples.
"""

import os


def main(directory, samples):
    path = os.path.join(directory, "x.bin")
    shape = (samples, *SHAPE)

    def write(target, data):
        target[:] = data

    measure(
        samples,
        lambda: np.memmap(path, np.float64, "w+", shape=shape),
        write,
        lambda data: np.memmap(path, np.float64, "r", shape=shape),
        lambda rows, at, to: rows[at:to],
        lambda rows, at, to, target: np.copyto(target, rows[at:to]),
    )


if sys.argv[1] == "version":
    print("np.memmap", np.__version__)
else:
    main(sys.argv[1], int(sys.argv[2]))
