"""What is read of segments again and again, kept in this process: segments never change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from diban.catalogue.search.names import BLOCK_NAMES, Names, read_block
from diban.catalogue.search.postings import held_in
from diban.catalogue.search.segments import BLOCKS_OF_SEGMENT, LIVE
from diban.catalogue.search.tables import search_block, search_part, search_segment

MOST_BYTES = 96 << 20
"""Bytes kept in one process: numbers, lengths and boxes of some millions of names."""

_FORMS: dict[str, Any] = {"fids": "<i8", "lengths": "<u2", "boxes": "<f4"}
_GONE = "gone"


@dataclass(frozen=True, slots=True)
class Segment:
    """A live segment: whose names, how many, how many of them are gone."""

    number: int
    source: int
    names: int
    gone: int


class Parts:
    """Reads parts of segments and remembers them, the least used forgotten first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[tuple[int, str, int], npt.NDArray[Any]] = OrderedDict()
        self._bytes = 0

    def fids(self, connection: sa.Connection, segment: Segment) -> npt.NDArray[np.int64]:
        """Feature numbers of a segment's names, by place."""
        return self._get(connection, segment, "fids")

    def lengths(self, connection: sa.Connection, segment: Segment) -> npt.NDArray[np.uint16]:
        """Lengths of its names; never falling."""
        return self._get(connection, segment, "lengths")

    def boxes(self, connection: sa.Connection, segment: Segment) -> npt.NDArray[np.float32]:
        """Boxes of its names, (n, 4), rounded outward."""
        return self._get(connection, segment, "boxes").reshape(-1, 4)

    def alive(self, connection: sa.Connection, segment: Segment) -> npt.NDArray[np.bool_]:
        """Which of its names are not gone."""
        if not segment.gone:
            return np.ones(segment.names, np.bool_)
        return ~self._get(connection, segment, _GONE)[: segment.names]

    def _get(self, connection: sa.Connection, segment: Segment, part: str) -> npt.NDArray[Any]:
        # What is gone changes, and how much is gone tells which of its states is meant.
        key = (segment.number, part, segment.gone if part == _GONE else 0)
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        data = connection.execute(
            sa.select(search_part.c.data).where(
                search_part.c.segment == segment.number, search_part.c.part == part
            )
        ).scalar_one()
        found = held_in(data) if part == _GONE else np.frombuffer(data, _FORMS[part])
        with self._lock:
            if key not in self._held:
                self._held[key] = found
                self._bytes += found.nbytes
            while self._bytes > MOST_BYTES:
                _, dropped = self._held.popitem(last=False)
                self._bytes -= dropped.nbytes
        return found


def live_segments(connection: sa.Connection, sources: Sequence[int]) -> list[Segment]:
    """The live segments of these sources."""
    rows = connection.execute(
        sa.select(search_segment)
        .where(search_segment.c.source.in_(sources), search_segment.c.state == LIVE)
        .order_by(search_segment.c.number)
    )
    return [Segment(row.number, row.source, row.names, row.gone) for row in rows]


def read_texts(connection: sa.Connection, wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """The texts at these places, by segment and place."""
    blocks: dict[int, list[tuple[int, int]]] = {}
    for segment, place in wanted:
        blocks.setdefault(segment * BLOCKS_OF_SEGMENT + place // BLOCK_NAMES, []).append((segment, place))
    found: dict[tuple[int, int], str] = {}
    numbers = sorted(blocks)
    for start in range(0, len(numbers), 500):
        these = sa.select(search_block).where(search_block.c.number.in_(numbers[start : start + 500]))
        for row in connection.execute(these):
            texts = read_block(row.data)
            found.update(
                ((segment, place), texts[place % BLOCK_NAMES]) for segment, place in blocks[row.number]
            )
    return found


def read_names(connection: sa.Connection, parts: Parts, segment: Segment) -> Names:
    """All names of a segment, also those that are gone, by place."""
    first = segment.number * BLOCKS_OF_SEGMENT
    rows = connection.execute(
        sa.select(search_block.c.data)
        .where(search_block.c.number.between(first, first + BLOCKS_OF_SEGMENT - 1))
        .order_by(search_block.c.number)
    ).scalars()
    texts = [text for data in rows for text in read_block(data)]
    boxes = parts.boxes(connection, segment).astype(np.float64)
    return Names(parts.fids(connection, segment), texts, boxes)
