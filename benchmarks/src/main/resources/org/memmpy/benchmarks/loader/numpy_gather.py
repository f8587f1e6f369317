# Copyright the memmpy authors.
# SPDX-License-Identifier: Apache-2.0
"""NumPy over a mapping of rows: a[rows], and take into memory that is used again.

Arguments: "version", or: the rows' file, the batch size, a directory to write to (not needed here).
"""


def main(path, size):
    rows = open_rows(path)
    target = np.empty((size, *rows.shape[1:]), rows.dtype)

    def take(order):
        return np.take(rows, order, axis=0, out=target, mode="clip")

    contenders = {"a[rows]": each(lambda order: rows[order], 64), "take(out, mode='clip')": each(take, 64)}
    serve(contenders, len(rows), size)


if sys.argv[1] == "version":
    print("NumPy", np.__version__)
else:
    main(sys.argv[1], int(sys.argv[2]))
