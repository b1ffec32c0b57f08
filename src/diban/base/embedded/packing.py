"""A packed R*Tree: all nodes of an index at once, in Hilbert order, in the form that SQLite stores.

A node (sqlite.org/rtree.html, "Shadow Tables") is big-endian: two bytes of depth (in the root only),
two of the number of entries, then up to 51 entries of an eight-byte id and four float32: min x, max
x, min y, max y, rounded outward. Node 1 is the root, leaves are numbered from 2. Boxes are sorted
outside memory, in runs, so that five million rows take no more of it than half a million.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ENTRIES = 51
ROOT = 1
_RUN = 1 << 18  # boxes sorted at once
_BLOCK = 1 << 10  # sorted boxes of which the first key is kept, to read all runs abreast
_KEYED = np.dtype([("key", "i8"), ("id", "i8"), ("box", "f4", 4)])
_STORED = np.dtype([("id", ">i8"), ("box", ">f4", 4)])
_NODE = np.dtype([("depth", ">u2"), ("count", ">u2"), ("entries", _STORED, ENTRIES)])
NODE_BYTES = _NODE.itemsize

Records = npt.NDArray[np.void]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Nodes:
    """Nodes of one level, 0 for leaves, numbered from ``first``; child i lies in node first + i // 51."""

    level: int
    first: int
    bodies: Records
    children: Integers

    @property
    def parents(self) -> Integers:
        """The node number of each child."""
        return self.first + np.arange(len(self.children)) // ENTRIES


class BoxSorter:
    """Takes boxes in any order and gives them back along the Hilbert curve, part by part.

    Boxes get the ids 1, 2, 3…; what is added is sorted on a thread while the caller goes on.
    ``rows`` counts the ids given.
    """

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - `close` closes it
        self._thread = ThreadPoolExecutor(1)
        self._adding: Future[None] | None = None
        self._waiting: list[Records] = []
        self._runs: list[_Run] = []
        self._count = 0
        self.rows = 0

    def add(self, boxes: Floats, keys: Integers) -> None:
        """Take (n, 4) boxes west, south, east, north and their `hilbert_keys`; a NaN is no box."""
        self._wait()
        self._adding = self._thread.submit(self._add, self.rows + 1, boxes, keys)
        self.rows += len(boxes)

    @property
    def count(self) -> int:
        """How many of the rows have a box."""
        self._wait()
        return self._count

    def sorted(self) -> Iterator[Records]:
        """All boxes in order; nothing is added from here on."""
        self._wait()
        self._write_run()
        firsts = np.sort(np.concatenate([run.firsts for run in self._runs]))
        bounds = [*firsts[_RUN // _BLOCK :: _RUN // _BLOCK].tolist(), np.iinfo(np.int64).max]
        rest = np.empty(0, _KEYED)
        for bound in bounds:
            # Of each run, the blocks that begin below the bound; what they hold above it waits.
            part = np.concatenate([rest, *(run.below(self._file, bound) for run in self._runs)])
            part = part[np.argsort(part["key"], kind="stable")]
            cut = int(np.searchsorted(part["key"], bound))
            rest = part[cut:].copy()
            yield part[:cut]

    def close(self) -> None:
        """Give the thread and the temporary file back."""
        self._thread.shutdown()
        self._file.close()

    def _wait(self) -> None:
        if self._adding is not None:
            self._adding.result()

    def _add(self, first: int, boxes: Floats, keys: Integers) -> None:
        held = np.flatnonzero(~np.isnan(boxes[:, 0]))
        keyed = np.empty(len(held), _KEYED)
        keyed["key"] = keys[held]
        keyed["id"] = first + held
        keyed["box"] = rounded_outward(boxes[held])
        self._waiting.append(keyed)
        self._count += len(keyed)
        if sum(map(len, self._waiting)) >= _RUN:
            self._write_run()

    def _write_run(self) -> None:
        run = np.concatenate([np.empty(0, _KEYED), *self._waiting])
        run = run[np.argsort(run["key"], kind="stable")]
        self._runs.append(_Run(self._file.tell(), run["key"][::_BLOCK].copy(), len(run)))
        self._file.write(run.tobytes())
        self._waiting.clear()


@dataclass(slots=True)
class _Run:
    """Sorted boxes in a file; ``firsts`` are the keys at which its blocks begin."""

    offset: int
    firsts: Integers
    left: int
    read: int = 0

    def below(self, file: Any, bound: int) -> Records:
        """The next blocks, as far as they begin below the bound."""
        stop = int(np.searchsorted(self.firsts, bound))
        count = min((stop - self.read) * _BLOCK, self.left)
        file.seek(self.offset)
        found = np.frombuffer(file.read(count * _KEYED.itemsize), _KEYED)
        self.offset += found.nbytes
        self.left -= len(found)
        self.read = stop
        return found


def rounded_outward(boxes: Floats) -> npt.NDArray[np.float32]:
    """Boxes west, south, east, north as float32 min x, max x, min y, max y that lose nothing."""
    exact = boxes[:, (0, 2, 1, 3)]
    with np.errstate(over="ignore"):  # beyond float32 the nearest is infinite, which is outward
        near = exact.astype(np.float32)
    low, high = near[:, ::2], near[:, 1::2]
    np.nextafter(low, -np.inf, out=low, where=low > exact[:, ::2], dtype=np.float32)
    np.nextafter(high, np.inf, out=high, where=high < exact[:, 1::2], dtype=np.float32)
    return near


def packed(parts: Iterable[Records], count: int) -> Iterator[Nodes]:
    """All nodes over ``count`` sorted boxes: leaves, the levels above, at last the root."""
    number, level = ROOT + 1, 0
    while count > ENTRIES:
        above: list[Records] = []
        for entries in _whole_nodes(parts):
            nodes = Nodes(level, number, _bodies(entries, 0), entries["id"])
            above.append(_covers(entries, number))
            number += len(nodes.bodies)
            yield nodes
        parts, count, level = above, sum(map(len, above)), level + 1
    entries = np.concatenate([np.empty(0, _KEYED), *parts])
    yield Nodes(level, ROOT, _bodies(entries, level), entries["id"])


def _whole_nodes(parts: Iterable[Records]) -> Iterator[Records]:
    """The same boxes cut where nodes end; only the last node may be short."""
    rest = np.empty(0, _KEYED)
    for part in parts:
        held = np.concatenate([rest, part])
        cut = len(held) // ENTRIES * ENTRIES
        rest = held[cut:]
        if cut:
            yield held[:cut]
    if len(rest):
        yield rest


def _bodies(entries: Records, depth: int) -> Records:
    count = max(1, -(-len(entries) // ENTRIES))
    slots = np.zeros(count * ENTRIES, _STORED)
    slots["id"][: len(entries)] = entries["id"]
    slots["box"][: len(entries)] = entries["box"]
    bodies = np.zeros(count, _NODE)
    bodies["entries"] = slots.reshape(count, ENTRIES)
    bodies["count"] = ENTRIES
    bodies["count"][-1] = len(entries) - (count - 1) * ENTRIES
    bodies["depth"] = depth
    return bodies


def _covers(entries: Records, first: int) -> Records:
    """What the level above holds of these nodes: their numbers and the boxes around their entries."""
    starts = np.arange(0, len(entries), ENTRIES)
    covers = np.zeros(len(starts), _KEYED)
    covers["id"] = first + np.arange(len(starts))
    boxes = entries["box"]
    covers["box"][:, ::2] = np.minimum.reduceat(boxes[:, ::2], starts, axis=0)
    covers["box"][:, 1::2] = np.maximum.reduceat(boxes[:, 1::2], starts, axis=0)
    return covers
