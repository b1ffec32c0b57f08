"""A program that loads so many polygons and prints what it took: seconds, peak memory, rows' file.

``python -m tests.base.embedded.loading FOLDER ROWS``; used by the battery, where each size needs a
process of its own for its peak.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from diban.base.embedded import open_embedded
from diban.base.port import Rows
from diban.ground import Kind, Schema
from tests.base.embedded.samples import field

KINDS = (Kind.TEXT, Kind.TEXT, Kind.INTEGER, Kind.FLOAT, Kind.INTEGER)
SCHEMA = Schema(tuple(field(slot, kind) for slot, kind in enumerate(KINDS, 1)))
BATCH = 65_536
POINTS = 5
HEADER = b"\x01\x03\x00\x00\x00\x01\x00\x00\x00" + POINTS.to_bytes(4, "little")


def polygons(count: int) -> Iterator[Rows]:
    """Rectangles of some ten metres, evenly dense, in no order, with five attributes."""
    chance = np.random.default_rng(count)
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        low = chance.random((size, 2)) * [1.0, 0.6] * (count / 500_000) ** 0.5 * 0.5 + [113.8, 22.4]
        boxes = np.hstack([low, low + 1e-4 + chance.random((size, 2)) * 2e-4])
        ids = np.arange(start + 1, start + size + 1)
        columns = {
            "fid": pa.array(ids),
            "tfrom": pa.nulls(size, pa.int64()),
            "tto": pa.nulls(size, pa.int64()),
            "zmin": pa.nulls(size, pa.float64()),
            "zmax": pa.nulls(size, pa.float64()),
            "hash": pa.Array.from_buffers(pa.binary(32), size, [None, pa.py_buffer(chance.bytes(32 * size))]),
            "geom": rectangles(boxes),
            "c1": pa.array(ids + 4403_05_0000_0000).cast(pa.string()),
            "c2": pa.compute.binary_join_element_wise(
                "科技园南区", pa.array(ids % 9000).cast(pa.string()), ""
            ),
            "c3": pa.array(chance.integers(1, 60, size)),
            "c4": pa.array(chance.random(size) * 1000),
            "c5": pa.array(chance.integers(0, 2**40, size)),
        }
        yield Rows(pa.RecordBatch.from_pydict(columns), boxes)


def rectangles(boxes: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> pa.Array:
    """WKB polygons of five points."""
    ring = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3, 0, 1]]
    bodies = np.empty((len(boxes), len(HEADER) + ring.shape[1] * 8), np.uint8)
    bodies[:, : len(HEADER)] = np.frombuffer(HEADER, np.uint8)
    bodies[:, len(HEADER) :] = np.ascontiguousarray(ring).view(np.uint8)
    offsets = (np.arange(len(boxes) + 1) * bodies.shape[1]).astype(np.int32)
    return pa.Array.from_buffers(pa.binary(), len(boxes), [None, pa.py_buffer(offsets), pa.py_buffer(bodies)])


def peak_of(process: str) -> int:
    """The most memory that a process held at once, in MB; 0 when it has ended."""
    try:
        return int(Path(f"/proc/{process}/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024
    except (OSError, IndexError):
        return 0


class ProgramPeak(threading.Thread):
    """Watches the peak of the processes that this one starts."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.02):
            for task in Path("/proc/self/task").iterdir():
                for child in (task / "children").read_text().split():
                    # Before its program begins, a child still is a copy of this process.
                    if "bulk.py" in Path(f"/proc/{child}/cmdline").read_text():
                        self.most = max(self.most, peak_of(child))


def main(folder: Path, count: int) -> None:
    store = open_embedded(folder)
    empty = store.make(count, SCHEMA)
    watch = ProgramPeak()
    watch.start()
    made = 0.0

    def timed() -> Iterator[Rows]:
        nonlocal made
        source = polygons(count)
        while True:
            began = time.perf_counter()
            rows = next(source, None)
            made += time.perf_counter() - began
            if rows is None:
                return
            yield rows

    began = time.perf_counter()
    storage = store.load(empty, count, SCHEMA, 1, timed())
    seconds = time.perf_counter() - began
    watch.done.set()
    watch.join()
    found = {"seconds": seconds, "source": made, "parent": peak_of("self"), "program": watch.most}
    print(json.dumps(found | {"storage": storage}))  # noqa: T201 - read by the battery


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
