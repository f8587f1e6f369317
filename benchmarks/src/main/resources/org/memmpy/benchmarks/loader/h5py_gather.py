# Copyright the memmpy authors.
# SPDX-License-Identifier: Apache-2.0
"""h5py: a contiguous dataset indexed by sorted row numbers, which is the only way it allows.

Arguments: "version", or: the rows' file, the batch size, a directory to write to.
"""

import os

import h5py


def main(path, size, directory):
    file = os.path.join(directory, "rows.h5")
    rows = open_rows(path)
    with h5py.File(file, "w") as out:
        out["rows"] = rows
    with h5py.File(file, "r") as source:
        dataset = source["rows"]

        def deliver(order, batch_size):
            batches = np.sort(order.reshape(-1, batch_size), axis=1).reshape(-1)
            return each(lambda batch: dataset[batch])(batches, batch_size)

        serve({"dataset[sorted rows]": deliver}, len(rows), size)
    os.remove(file)


if sys.argv[1] == "version":
    print("h5py", h5py.__version__)
else:
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
