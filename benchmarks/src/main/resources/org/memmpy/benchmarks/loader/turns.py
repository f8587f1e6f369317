# Copyright the memmpy authors.
# SPDX-License-Identifier: Apache-2.0
"""The first half of each script here; the other calls serve.

A line "NUMBER ROUND SECONDS" on the standard input has a contender deliver batches of the rows of a round, until all
have come or the seconds are over. The answer is "= ROWS SECONDS". Rows begin with their number, as an int32.
"""

import sys
import time

import numpy as np


def open_rows(path, mode="r"):
    """A plain array over the mapping: np.memmap, a subclass, costs more at each index."""
    return np.asarray(np.load(path, mmap_mode=mode))


def check(batch, rows):
    numbers = np.ascontiguousarray(batch).view(np.int32).reshape(len(rows), -1)[:, 0]
    assert np.array_equal(numbers, rows), "other rows came than those that were asked for"


def each(get, every=1):
    """Delivers batch after batch by get(row numbers); the clock is read after so many."""

    def deliver(order, size):
        check(get(order[:size]), order[:size])
        start = time.perf_counter()
        yield None  # from here on it counts
        came = 0
        for at in range(0, len(order), size):
            get(order[at : at + size])
            came += size
            if came % (every * size) == 0:
                yield came, time.perf_counter() - start
        yield came, time.perf_counter() - start

    return deliver


def through(iterator):
    """Delivers what iterator(order, batch size) yields: batches in an order of its own."""

    def deliver(order, size):
        yield None
        start = time.perf_counter()
        came = 0
        for batch in iterator(order, size):
            came += len(batch)
            yield came, time.perf_counter() - start

    return deliver


def serve(contenders, count, size):
    """contenders: name -> a function of row numbers and batch size, made by each or through."""
    print("= " + "|".join(contenders), flush=True)
    delivers = list(contenders.values())
    orders = {}
    for line in sys.stdin:
        number, turn, limit = line.split()
        if turn not in orders:
            order = np.random.default_rng(int(turn) + 1).permutation(count)
            orders = {turn: order[: count // size * size]}
        running = delivers[int(number)](orders[turn], size)
        next(running)
        for came, seconds in running:
            if seconds > float(limit):
                break
        print("=", came, seconds, flush=True)
