# Copyright the memmpy authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes the golden files of orders: python3 orders.py ../resources/orders

Written from the section "Orders" of docs/FORMAT.md alone, with Python's standard library. A file holds one case a
line: key=value, separated by spaces. OrderGoldenTest reads them. Columns are functions of the row number:
  three   mix(row) % 3                  rare     the number of zeros at the end of mix(row), as a number of bits
  unique  row * 7 - 3                   pairs    mix(row) % 40 - 20
  texts   (mix(row) % 23) times "x"     weights  (mix(row) % 1000) / 8
"""

import math
import os
import sys

MASK = (1 << 64) - 1
G = 0x9E3779B97F4A7C15
ONE = 1 << 30


def mix(z):
    x = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & MASK
    return x ^ (x >> 31)


def at(key, p):
    return mix((key + (p + 1) * G) & MASK)


def key_of(word, seed, epoch):
    tag = int.from_bytes(word.encode("ascii"), "big")
    return mix((mix((seed + tag) & MASK) + mix((epoch + G) & MASK)) & MASK)


class Generator:
    def __init__(self, key):
        self.state = key

    def next(self):
        self.state = (self.state + G) & MASK
        return mix(self.state)

    def below(self, bound):
        while True:
            product = self.next() * bound
            if product & MASK >= (1 << 64) % bound:
                return product >> 64


def rounded(x):
    whole = math.floor(x)
    return whole + 1 if x - whole >= 0.5 else whole


# ---- shuffles


def bijection(n, key):
    bits = max(1, (n - 1).bit_length())
    mask = (1 << bits) - 1
    shift = (bits + 1) // 2
    random = Generator(key)
    rounds = []
    for _ in range(4):
        a = random.next()
        rounds.append((a, random.next() | 1))

    def order(p):
        x = p
        while True:
            for a, m in rounds:
                x = (x + a) * m & mask
                x ^= x >> shift
            if x < n:
                return x

    return order


def shuffle(n, key):
    if n > 65536:
        return bijection(n, key)
    order = list(range(n))
    random = Generator(key)
    for i in range(n - 1, 0, -1):
        j = random.below(i + 1)
        order[i], order[j] = order[j], order[i]
    return order.__getitem__


def blocks(n, seed, epoch, block_rows, window_blocks, lanes):
    count = -(-n // block_rows)
    order = shuffle(count, key_of("blocks", seed, epoch))
    shuffled = []
    for b in range(count):
        block = order(b)
        shuffled += range(block * block_rows, min(n, (block + 1) * block_rows))
    key = key_of("windows", seed, epoch)
    window_rows = window_blocks // lanes * block_rows
    result = []
    for p in range(n):
        lane, q = p % lanes, p // lanes
        start = lane * (n // lanes) + min(lane, n % lanes)
        rows = n // lanes + (lane < n % lanes)
        w = q // window_rows
        size = min(window_rows, rows - w * window_rows)
        inside = bijection(size, mix((key + mix(w * lanes + lane)) & MASK))
        result.append(shuffled[start + w * window_rows + inside(q % window_rows)])
    return result


def bucketed(lengths, seed, epoch, batch_rows, window_batches):
    n = len(lengths)
    order = shuffle(n, key_of("buckets", seed, epoch))
    shuffled = [order(p) for p in range(n)]
    full = n - n % batch_rows
    result = []
    for w, start in enumerate(range(0, full, batch_rows * window_batches)):
        window = sorted(shuffled[start : min(full, start + batch_rows * window_batches)], key=lengths.__getitem__)
        count = len(window) // batch_rows
        batches = shuffle(count, mix((key_of("batches", seed, epoch) + mix(w)) & MASK))
        for b in range(count):
            result += window[batches(b) * batch_rows : (batches(b) + 1) * batch_rows]
    return result + shuffled[full:]


# ---- splits


def cumulative(fractions):
    sums = []
    total = 0.0
    for fraction in fractions:
        total += fraction
        sums.append(min(1.0, total))
    return sums[:-1] + [1.0]


def cuts(shares, n):
    return [rounded(share * n) for share in shares[:-1]] + [n]


def contiguous(order, shares):
    ends = cuts(shares, len(order))
    return [order[start:end] for start, end in zip([0] + ends, ends)]


def random_split(n, seed, repeat, shares):
    order = shuffle(n, key_of("split", seed, repeat))
    return contiguous([order(p) for p in range(n)], shares)


def hash_of(key, value):
    if isinstance(value, int):
        return mix((key + value) & MASK)
    h = mix((key + len(value)) & MASK)
    for i in range(0, len(value), 8):
        h = mix((h + int.from_bytes(value[i : i + 8], "little")) & MASK)
    return h


def stable(keys, seed, repeat, shares):
    key = key_of("stable", seed, repeat)
    parts = [[] for _ in shares]
    for row, value in enumerate(keys):
        h = hash_of(key, value) >> 11
        parts[sum(h >= share * 2.0**53 for share in shares[:-1])].append(row)
    return parts


def grouped(keys, seed, repeat, shares):
    key = key_of("groups", seed, repeat)
    groups = {}
    for row, value in enumerate(keys):
        groups.setdefault(hash_of(key, value), []).append(row)
    order = sorted(groups)
    ends = [0]
    for h in order:
        ends.append(ends[-1] + len(groups[h]))
    behind = [min(range(len(ends)), key=lambda i: (abs(ends[i] - cut), i)) for cut in cuts(shares, len(keys))[:-1]]
    behind.append(len(order))
    return [sorted(r for h in order[a:b] for r in groups[h]) for a, b in zip([0] + behind, behind)]


def circle_from(y, opened, row, column):
    """Places (row, column), or None."""

    def reach(at_column, came_from):
        for other in opened:
            if other is came_from or y[other][at_column] == 0:
                continue
            for to in range(len(y[row])):
                if to == at_column or y[other][to] == 0:
                    continue
                here = [(other, at_column), (other, to)]
                if y[row][to] > 0:
                    return here + [(row, to)]
                rest = reach(to, other)
                if rest:
                    return here + rest
        return None

    found = reach(column, row)
    return found and [(row, column)] + found


def quotas(counts, shares, random):
    k = len(shares)
    x, y = [], []
    for n in counts:
        e = []
        for share in shares:
            u = share * n
            whole = min(n, math.floor(u))
            e.append(whole * ONE + (0 if whole == n else rounded((u - whole) * ONE)))
        d = [b - a for a, b in zip([0] + e, e)]
        x.append([v // ONE for v in d])
        y.append([v % ONE for v in d])
    x.append([0] * k)
    y.append([-sum(row[j] for row in y) % ONE for j in range(k)])
    opened = []
    for row in range(len(x)):
        for j in range(k):
            while y[row][j] > 0:
                circle = circle_from(y, opened, row, j)
                if not circle:
                    break
                up = min(ONE - y[r][c] if i % 2 == 0 else y[r][c] for i, (r, c) in enumerate(circle))
                down = min(y[r][c] if i % 2 == 0 else ONE - y[r][c] for i, (r, c) in enumerate(circle))
                change = up if random.below(up + down) < down else -down
                for i, (r, c) in enumerate(circle):
                    y[r][c] += change if i % 2 == 0 else -change
                    if y[r][c] == ONE:
                        y[r][c] = 0
                        x[r][c] += 1
                opened = [r for r in opened if any(y[r])]
        if any(y[row]):
            opened.append(row)
    return x[:-1]


def stratified(labels, seed, repeat, shares):
    random = Generator(key_of("strata", seed, repeat))
    classes = sorted(set(labels))
    left = {c: labels.count(c) for c in classes}
    x = dict(zip(classes, quotas([left[c] for c in classes], shares, random)))
    parts = [[] for _ in shares]
    for position, c in enumerate(labels):
        u = random.below(left[c])
        part = 0
        while u >= sum(x[c][: part + 1]):
            part += 1
        x[c][part] -= 1
        left[c] -= 1
        parts[part].append(position)
    return parts


# ---- samples


def weighted(w, seed, epoch, draws):
    n = len(w)
    total = 0.0
    for weight in w:
        total += weight
    a = [weight / total * n for weight in w]
    lights = [i for i in range(n) if a[i] <= 1] + [n]
    heavies = [i for i in range(n) if a[i] > 1] + [n]
    alias = [None] * n
    last = None
    i, j = lights.pop(0), heavies.pop(0)
    rest = a[j] if j < n else 0.0
    while j < n and (i < n or rest <= 1):
        last = j
        if rest > 1:
            alias[i] = j
            rest = rest + a[i] - 1
            i = lights.pop(0)
        else:
            following = heavies.pop(0)
            a[j] = rest
            alias[j] = following if following < n else j
            rest = rest + a[following] - 1 if following < n else 0.0
            j = following
    for i in [i] + lights:
        if i < n:
            alias[i] = i if last is None else last
    for j in [j] + heavies:
        if j < n:
            alias[j] = j
    share = [math.floor(min(v, 1 - 2.0**-53) * 2.0**63) * 2 for v in a]
    key = key_of("weighted", seed, epoch)
    result = []
    for p in range(draws):
        product = at(key, p) * n
        c = product >> 64
        result.append(c if product & MASK < share[c] else alias[c])
    return result


def weighted_without(w, seed, epoch, draws):
    key = key_of("sample", seed, epoch)
    times = [(-math.log(((at(key, i) >> 11) + 1) * 2.0**-53) / v, i) for i, v in enumerate(w) if v > 0]
    return [i for _, i in sorted(times)[:draws]]


def balanced(labels, seed, epoch, rows):
    classes = sorted(set(labels))
    lists = [[i for i, label in enumerate(labels) if label == c] for c in classes]
    order = shuffle(rows, key_of("balanced", seed, epoch))
    passes = key_of("passes", seed, 0)
    result = []
    for p in range(rows):
        x = order(p)
        c = x % len(classes)
        n = len(lists[c])
        t = epoch * (rows // len(classes) + (c < rows % len(classes))) + x // len(classes)
        inside = bijection(n, mix((mix((passes + c) & MASK) + t // n) & MASK))
        result.append(lists[c][inside(t % n)])
    return result


# ---- fingerprints


def of(word, *numbers):
    h = 0
    utf8 = word.encode("utf-8")
    for b in utf8:
        h = mix((h + b + 1) & MASK)
    h = mix((h + len(utf8)) & MASK)
    for number in numbers:
        h = mix((h * 31 + number) & MASK)
    return h


def fingerprint(n, h):
    return "%016x" % of("index", n, h)


# ---- files


def column(name, n):
    functions = {
        "three": lambda row: mix(row) % 3,
        "rare": lambda row: (mix(row) & -mix(row)).bit_length() - 1 if mix(row) else 64,
        "unique": lambda row: row * 7 - 3,
        "pairs": lambda row: mix(row) % 40 - 20,
        "texts": lambda row: b"x" * (mix(row) % 23),
        "weights": lambda row: (mix(row) % 1000) / 8,
        "rows": lambda row: row,
    }
    return [functions[name](row) for row in range(n)]


def line(rows, **parameters):
    words = ["%s=%s" % (k, ",".join(map(str, v)) if isinstance(v, list) else v) for k, v in parameters.items()]
    return " ".join(words) + " rows=" + ",".join(map(str, rows))


def shuffles():
    for n in (0, 1, 2, 3, 10, 100, 65536, 65537, 131072, 1000000007, (1 << 32) + 1, 10**12, (1 << 63) - 1):
        for seed, epoch in ((42, 0), (-1, 9), (0, 1 << 40)):
            order = shuffle(n, key_of("shuffle", seed, epoch))
            start = 0 if n < 20 else n - 12
            yield line([order(p) for p in range(start, min(n, start + 12))], n=n, seed=seed, epoch=epoch, start=start)


def block_shuffles():
    for n, block_rows, window_blocks, lanes in (
        (0, 4, 8, 8), (1, 4, 8, 8), (7, 4, 8, 8), (40, 4, 2, 2), (50, 7, 5, 2), (61, 1, 9, 4), (64, 16, 1, 1)):
        for seed, epoch in ((42, 0), (-1, 9)):
            rows = blocks(n, seed, epoch, block_rows, window_blocks, lanes)
            yield line(rows, n=n, seed=seed, epoch=epoch, blockRows=block_rows, windowBlocks=window_blocks, lanes=lanes)


def bucketed_shuffles():
    for n, batch_rows, window_batches in ((0, 4, 3), (1, 4, 3), (7, 1, 9), (40, 4, 3), (50, 7, 2), (61, 6, 100), (64, 1, 1)):
        lengths = [len(text) for text in column("texts", n)]
        for seed, epoch in ((42, 0), (-1, 9)):
            rows = bucketed(lengths, seed, epoch, batch_rows, window_batches)
            yield line(rows, n=n, seed=seed, epoch=epoch, batchRows=batch_rows, windowBatches=window_batches)


def splits():
    ways = {"random": random_split, "stable": stable, "grouped": grouped, "stratified": stratified}
    for way, name in (("random", None), ("stable", "rows"), ("stable", "pairs"), ("stable", "texts"),
                      ("grouped", "pairs"), ("grouped", "unique"), ("grouped", "texts"), ("stratified", "three"),
                      ("stratified", "rare"), ("stratified", "unique")):
        for n in (1, 10, 60):
            keys = column(name, n) if name else n
            for seed, fractions in ((42, [0.8, 0.1, 0.1]), (-7, [0.25, 0.5, 0.15, 0.05, 0.05])):
                for part, rows in enumerate(ways[way](keys, seed, 0, cumulative(fractions))):
                    yield line(rows, way=way, column=name or "rows", n=n, seed=seed, fractions=fractions, part=part)
        keys = column(name, 60) if name else 60
        for repeat in (0, 2):
            shares = [(j + 1) / 3 for j in range(3)]
            for part, rows in enumerate(ways[way](keys, 42, repeat, shares)):
                yield line(rows, way=way, column=name or "rows", n=60, seed=42, folds=3, repeat=repeat, part=part)


def samples():
    for n in (2, 9, 50):
        for seed, epoch in ((42, 0), (-1, 9)):
            w = column("weights", n)
            common = {"n": n, "seed": seed, "epoch": epoch}
            yield line(weighted(w, seed, epoch, 20), way="weighted", column="weights", size=20, **common)
            size = (n + 1) // 2
            rows = weighted_without(w, seed, epoch, size)
            yield line(rows, way="without", column="weights", size=size, **common)
            for name in ("three", "rare"):
                rows = balanced(column(name, n), seed, epoch, 20)
                yield line(rows, way="balanced", column=name, size=20, **common)


def mixed(shares, sizes, seed, epoch, rows):
    def fits(m):
        counts = [int(math.floor(share * m + 0.5)) for share in shares]
        return counts if sum(counts) == m and min(counts) > 0 and all(
            abs(share * m - c) < 1e-9 * m for share, c in zip(shares, counts)) else None

    m = next((m for m in range(len(shares), 4097) if fits(m)), 4096)
    counts = fits(m)
    if counts is None:
        counts = [max(1, int(share * m)) for share in shares]
        while sum(counts) < m:
            behind = [share * m - c for share, c in zip(shares, counts)]
            counts[behind.index(max(behind))] += 1
    used = [0] * len(shares)
    slots = []
    for t in range(m):
        due = [(t + 1) * c - u * m if u < c else -1 << 62 for c, u in zip(counts, used)]
        i = due.index(max(due))
        slots.append((i, used[i]))
        used[i] += 1
    order = []
    for place in range(epoch * rows, (epoch + 1) * rows):
        i, before = slots[place % m]
        turn = place // m * counts[i] + before
        one_pass = shuffle(sizes[i], key_of("shuffle", seed, turn // sizes[i] * len(sizes) + i))
        order.append(sum(sizes[:i]) + one_pass(turn % sizes[i]))
    return order


def mixes():
    for shares, sizes in (([1.0], [5]), ([0.5, 0.2, 0.3], [9, 4, 30]), ([1 / 3, 2 / 3], [7, 2]), ([0.31831, 0.68169], [50, 60])):
        for epoch in (0, 3):
            yield line(mixed(shares, sizes, 42, epoch, 25), shares=shares, sizes=sizes, seed=42, epoch=epoch, size=25)


def fingerprints():
    def one(index, n, h):
        return "index=%s fingerprint=%s" % (index, fingerprint(n, h))

    key = key_of("shuffle", 42, 3)
    shuffled = of("shuffle 1", 100, key)
    yield one("all(100)", 100, of("range", 0, 1, 100))
    yield one("all(0)", 0, of("range", 0, 1, 0))
    yield one("stride", 33, of("range", 1, 3, 33))
    yield one("list", 3, of("list", 3, 9, 0, 1 << 40))
    yield one("shuffled", 100, shuffled)
    yield one("chain", 100, of("chain", of("range", 5, 1, 100), shuffled))
    yield one("slice", 10, of("chain", shuffled, of("range", 20, 1, 10)))
    yield one("concat", 103, of("concat", 2, of("range", 0, 1, 100), of("list", 3, 9, 0, 1 << 40)))
    yield one("repeat", 250, of("repeat", shuffled, 250))
    inner = of("shuffle 1", 25, key_of("blocks", 42, 3))
    yield one("blocks", 100, of("blocks 1", 100, 4, 2, 8, inner, key_of("windows", 42, 3)))


def main():
    for make in (shuffles, block_shuffles, bucketed_shuffles, splits, samples, mixes, fingerprints):
        name = make.__name__.replace("_", "-") + ".txt"
        with open(os.path.join(sys.argv[1], name), "w", encoding="utf-8", newline="\n") as file:
            file.write("".join(text + "\n" for text in make()))


if __name__ == "__main__":
    main()
