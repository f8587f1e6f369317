# Copyright the memmpy authors.
# SPDX-License-Identifier: Apache-2.0
"""The Python library memmpy 0.1.3: its loader over a mapping of rows.

Arguments: "version", or: the rows' file, the batch size, a directory to write to (not needed here).
PYTHONPATH says where the library lies. It wants typeguard and tqdm: where they are missing, nothing
is checked, which can only make it faster, and no progress shown.
"""

import types

try:
    import typeguard
except ImportError:
    sys.modules["typeguard"] = types.ModuleType("typeguard")
    sys.modules["typeguard"].typechecked = lambda checked: checked
try:
    import tqdm
except ImportError:
    sys.modules["tqdm"] = types.ModuleType("tqdm")

import memmpy


def main(path, size):
    rows = open_rows(path)

    def batches(order, batch_size):
        loader = memmpy.SplitLoader({"rows": rows}, batch_size, fractions=(1.0,))
        return (batch["rows"] for batch in loader)

    serve({"SplitLoader": through(batches)}, len(rows), size)


if sys.argv[1] == "version":
    print("Python memmpy", memmpy.__version__)
else:
    main(sys.argv[1], int(sys.argv[2]))
