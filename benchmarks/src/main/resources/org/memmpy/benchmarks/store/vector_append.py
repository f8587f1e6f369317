# Copyright the memmpy authors.
# SPDX-License-Identifier: Apache-2.0
"""Appends to a Vector of the Python library memmpy, saves it, and prints the seconds.

Arguments: "version", or: directory, file with random bytes, number of pieces of 1 MiB.
PYTHONPATH says where the library lies. It wants beartype, which checks arguments: where that is
missing, nothing is checked, which can only make it faster. save() forces what it writes.
"""

import os
import sys
import time
import types

import numpy as np

try:
    import beartype.claw
except ImportError:
    claw = types.ModuleType("beartype.claw")
    claw.beartype_this_package = lambda: None
    sys.modules["beartype"] = types.ModuleType("beartype")
    sys.modules["beartype.claw"] = claw

import memmpy

COLUMNS = 256
ROWS = 1024


def main(directory, pool_file, pieces):
    pool = np.fromfile(pool_file, np.float32).reshape(-1, ROWS, COLUMNS)
    start = time.perf_counter()
    vector = memmpy.Vector(directory)
    for i in range(pieces):
        vector.extend(pool[i % len(pool)])
    vector.save(os.path.join(directory, "rows.bin"))
    return time.perf_counter() - start


if sys.argv[1] == "version":
    print(memmpy.__version__)
else:
    print(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
