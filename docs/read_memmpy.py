"""Reads a memmpy store that you trust with NumPy alone: docs/FORMAT.md in 60 lines. Free to copy (Apache-2.0)."""
import json, os, re
import numpy as np


class Store:
    """A store's newest generation. Arrays are memory maps; open it again to see what was committed since."""

    def __init__(self, path):
        self.path = path
        names = [n for n in os.listdir(path) if re.fullmatch(r"memmpy-\d{6,18}\.json", n)]
        for name in sorted(names, key=lambda n: int(n[7:-5]), reverse=True):
            text = open(os.path.join(path, name), "rb").read()
            if text[-28:] == b',\n  "crc32c" : "%08x"\n}\n' % crc32c(text[:-28]):
                break  # the newest that is sound
        else:
            raise ValueError(path + ": no sound manifest")
        self.manifest = json.loads(text)
        assert (self.manifest["format"], self.manifest["version"]) == ("memmpy store", 1)
        self.groups, self.arrays = self.manifest["groups"], self.manifest["arrays"]

    def array(self, name):
        """An array's rows; bfloat16 as uint16, the upper halves of float32."""
        node = self.arrays[name]
        dtype = np.dtype("u2" if node["dtype"] == "bfloat16" else node["dtype"]).newbyteorder("<")
        shape, parts = tuple(node["rowShape"]), []
        for part in node["parts"]:
            file, rows = os.path.join(self.path, *part["file"].split("/")), (part["rows"],) + shape
            parts.append(np.memmap(file, dtype, "r", 4096, rows) if part["rows"] else np.empty(rows, dtype))
        return parts[0] if len(parts) == 1 else np.concatenate(parts or [np.empty((0,) + shape, dtype)])

    def ragged(self, name):
        """A list of rows of different lengths or shapes; by key if there are keys."""
        values, offsets = self.array(name + "/values"), self.array(name + "/offsets")
        rows = [values[a:b] for a, b in zip(offsets, offsets[1:])]
        if name + "/shapes" in self.arrays:
            rows = [row.reshape(shape) for row, shape in zip(rows, self.array(name + "/shapes"))]
        if name + "/keys" in self.groups:
            return {bytes(key).decode(): row for key, row in zip(self.ragged(name + "/keys"), rows)}
        return rows

    def masked(self, name):
        fill = self.attributes(name).get("fill_value")
        fill = float(fill) if isinstance(fill, str) else fill  # "NaN", "Infinity", "-Infinity"
        return np.ma.MaskedArray(self.array(name + "/values"), self.array(name + "/mask"), fill_value=fill)

    def value(self, name):
        file = os.path.join(self.path, *self.manifest["values"][name]["file"].split("/"))
        return json.load(open(file, encoding="utf-8"))

    def attributes(self, name=""):
        return {**self.groups, **self.arrays, **self.manifest["values"]}[name].get("attributes", {})

def crc32c(data, crc=0xFFFFFFFF, table=[]):
    for n in range(len(table), 256):
        for _ in range(8):
            n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
        table.append(n)
    for byte in data: crc = table[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF
