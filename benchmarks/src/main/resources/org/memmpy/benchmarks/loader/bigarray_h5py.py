# Copyright the memmpy authors.
# SPDX-License-Identifier: Apache-2.0
"""h5py: a contiguous dataset; a slice of it is a copy, read_direct one into given memory.

Arguments: "version", or: a directory, the number of samples.
"""

import os

import h5py


def main(directory, samples):
    path = os.path.join(directory, "x.h5")
    made = []

    def create():
        made.append(h5py.File(path, "w"))
        return made[0]

    def write(target, data):
        target["x"] = data

    def load(data):
        made[0].close()
        return h5py.File(path, "r")["x"]

    measure(
        samples,
        create,
        write,
        load,
        lambda rows, at, to: rows[at:to],
        lambda rows, at, to, target: rows.read_direct(target, np.s_[at:to]),
    )


if sys.argv[1] == "version":
    print("h5py", h5py.__version__)
else:
    main(sys.argv[1], int(sys.argv[2]))
