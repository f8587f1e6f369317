# Copyright the memmpy authors.
# SPDX-License-Identifier: Apache-2.0
"""The Python library memmpy 0.1.11: its shuffle and its batches over a mapping of rows.

Arguments: "version", or: the rows' file, the batch size, a directory to write to (not needed here).
PYTHONPATH says where the library lies. It wants beartype, which checks arguments: where that is
missing, nothing is checked, which can only make it faster.
"""

import types

try:
    import beartype.claw
except ImportError:
    claw = types.ModuleType("beartype.claw")
    claw.beartype_this_package = lambda: None
    sys.modules["beartype"] = types.ModuleType("beartype")
    sys.modules["beartype.claw"] = claw

import memmpy


def main(path, size):
    rows = open_rows(path)

    def batches(order, batch_size):
        shuffle = memmpy.shuffle_fast(len(rows), seed=int(order[0]))
        for batch in memmpy.batch_indicies(len(rows), batch_size, drop_remainder=True):
            yield rows[shuffle(batch)]

    serve({"shuffle_fast": through(batches)}, len(rows), size)


if sys.argv[1] == "version":
    print("Python memmpy", memmpy.__version__)
else:
    main(sys.argv[1], int(sys.argv[2]))
