# Copyright the memmpy authors.
# SPDX-License-Identifier: Apache-2.0
"""The first half of each bigarray_*.py; the other calls measure.

Prints "= " and the seconds of each step; "nan" for a step that a library does not have.
"""

import sys
import time

import numpy as np

SHAPE = (25, 128)
BATCH = 256
EPOCHS = 3


def seconds(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def measure(samples, create, write, load, piece, copy):
    """The steps of one library; the target of a copy is used again.

    create() -> target, write(target, data), load(data) -> rows, piece(rows, from, to), copy(rows, from, to, target)
    """
    data = np.empty((samples, *SHAPE))
    block = np.random.default_rng(1).random((min(samples, 2048), *SHAPE))
    for at in range(0, samples, len(block)):
        data[at : at + len(block)] = block[: samples - at]
    created, target = seconds(create)
    written, _ = seconds(lambda: write(target, data))
    loaded, rows = seconds(lambda: load(data))
    buffer = np.empty((BATCH, *SHAPE))

    def slices():
        for _ in range(EPOCHS):
            for at in range(0, samples, BATCH):
                piece(rows, at, at + BATCH)

    def copies():
        for _ in range(EPOCHS):
            for at in range(0, samples, BATCH):
                to = min(at + BATCH, samples)
                copy(rows, at, to, buffer[: to - at])

    sliced, _ = seconds(slices)
    copied, _ = seconds(copies)
    last = (samples - 1) // BATCH * BATCH
    assert np.array_equal(buffer[: samples - last], data[last:]), "other rows came than those that were written"
    print("=", created, written, loaded, sliced, copied)
