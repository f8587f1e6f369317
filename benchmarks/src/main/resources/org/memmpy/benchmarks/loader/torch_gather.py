# Copyright the memmpy authors.
# SPDX-License-Identifier: Apache-2.0
"""torch's DataLoader over a mapping of rows, shuffled, without workers, on one thread.

Arguments: "version", or: the rows' file, the batch size, a directory to write to (not needed here).
"""

import torch
import torch.utils.data


class Rows(torch.utils.data.Dataset):
    def __init__(self, rows):
        self.rows = rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, row):
        return self.rows[row]


def main(path, size):
    torch.set_num_threads(1)
    rows = open_rows(path, "c")  # torch warns of arrays that cannot be written

    def batches(order, batch_size):
        return torch.utils.data.DataLoader(Rows(rows), batch_size=batch_size, shuffle=True, drop_last=True)

    serve({"DataLoader": through(batches)}, len(rows), size)


if sys.argv[1] == "version":
    print("torch", torch.__version__)
else:
    main(sys.argv[1], int(sys.argv[2]))
