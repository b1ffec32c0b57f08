"""Which places each version touched: where a feature was and where it is since, so that the rest may stay.

What was made of an area (a tile, its tag) holds for a later version as long as nothing in the area
was touched. A first load, a landing of more than `MOST` features and an erasure touch everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from diban.base.cells import above, cells_of, spans_of
from diban.base.mvt import TileAddress
from diban.base.remembered import Remembered
from diban.base.tables import layer_touched
from diban.ground import LayerId
from diban.store import Database, reading

MOST = 5_000
"""Features that a landing notes one by one."""

NOTES = 10_000
"""Notes of a layer that a process holds in memory; of more the database is asked for each tile."""

_AROUND = 9
_column = layer_touched.c
_EVERYWHERE = np.array([[-180.0, -90.0, 180.0, 90.0]])
_WIDE = 4
"""Up to this zoom all of a layer's notes are looked through: most lie in the tile anyway."""

# The last version that touched a box, made once; cells only bring the box's notes near.
_LATEST = sa.select(sa.func.max(_column.seq)).where(
    _column.layer == sa.bindparam("of"),
    _column.seq <= sa.bindparam("upto"),
    _column.west <= sa.bindparam("e"),
    _column.east >= sa.bindparam("w"),
    _column.south <= sa.bindparam("n"),
    _column.north >= sa.bindparam("s"),
)
_LATEST_NEAR = _LATEST.where(
    sa.or_(
        _column.cell.in_(sa.bindparam("above", expanding=True)),
        *(
            _column.cell.between(sa.bindparam(f"first{number}"), sa.bindparam(f"last{number}"))
            for number in range(_AROUND)
        ),
    )
)

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@dataclass(slots=True)
class Touched:
    """What a landing touches, noted while it is written; `everything` once it is too much."""

    everything: bool = False
    fids: list[Numbers] = field(default_factory=list)
    boxes: list[Floats] = field(default_factory=list)
    before: list[npt.NDArray[np.bool_]] = field(default_factory=list)

    def add(self, fids: Numbers, boxes: Floats, *, before: bool) -> None:
        """Note where features were ``before``, or are from now on; those without a place are left aside."""
        placed = ~np.isnan(boxes[:, 0])
        if self.everything or not placed.any():
            return
        self.fids.append(fids[placed])
        self.boxes.append(boxes[placed])
        self.before.append(np.full(int(placed.sum()), before))
        if sum(map(len, self.fids)) > 2 * MOST:
            self.everything = True
            for noted in (self.fids, self.boxes, self.before):
                noted.clear()


@dataclass(frozen=True, slots=True)
class Changes:
    """Features touched since a version, each once: where it was then, and where it is now (NaN: nowhere)."""

    fids: Numbers
    boxes: Floats
    now: Floats

    def within(self, address: TileAddress) -> list[int]:
        """Those that are now where a tile shows them."""
        west, south, east, north = address.bounds_searched()
        left, low, right, high = self.now.T
        here = (left <= east) & (right >= west) & (low <= north) & (high >= south)
        found: list[int] = self.fids[here].tolist()
        return found


def note(connection: sa.Connection, layer: LayerId, seq: int, touched: Touched) -> None:
    """Keep what the version ``seq`` touched, in the act that makes it current."""
    if touched.everything:
        _insert(connection, layer, seq, [None], _EVERYWHERE, np.zeros(1, np.bool_))
    elif touched.fids:
        fids = np.concatenate(touched.fids).tolist()
        _insert(connection, layer, seq, fids, np.concatenate(touched.boxes), np.concatenate(touched.before))


def forget(connection: sa.Connection, layer: LayerId, seq: int) -> None:
    """Tell no more of where features were: everything is touched by ``seq``, the current one."""
    connection.execute(sa.delete(layer_touched).where(_column.layer == layer))
    note(connection, layer, seq, Touched(everything=True))


@dataclass(frozen=True, slots=True)
class Notes:
    """All notes of a layer up to a version: when which box was touched."""

    seqs: Numbers
    boxes: Floats

    def last(self, box: tuple[float, float, float, float]) -> int | None:
        """The last version that touched a box; None for none."""
        west, south, east, north = box
        left, low, right, high = self.boxes
        here = self.seqs[(left <= east) & (right >= west) & (low <= north) & (high >= south)]
        return int(here.max()) if len(here) else None


class KnownTouches:
    """What a process remembers of all layers' touched places: at most 16 lists of changes, 32 of notes."""

    def __init__(self) -> None:
        self.changes: Remembered[Changes | None] = Remembered(16)
        self.notes: Remembered[Notes | None] = Remembered(32)


class Touches:
    """What is on record of one layer."""

    def __init__(self, database: Database, layer: LayerId, erased: int, known: KnownTouches) -> None:
        """``known`` holds what was read before; an erasure moves ``erased``, as it forgets the notes."""
        self._database, self._layer, self._erased, self._known = database, layer, erased, known

    def last(self, seq: int, address: TileAddress) -> int:
        """The last version up to ``seq`` that touched what a tile shows, its buffer included."""
        notes = self._known.notes.get((self._layer, self._erased, seq), lambda: self._notes(seq))
        found = self._asked(seq, address) if notes is None else notes.last(address.bounds_searched())
        return seq if found is None else found

    def _notes(self, seq: int) -> Notes | None:
        """All notes up to a version; None when these are too many to be held."""
        noted = sa.select(_column.seq, *_sides()).where(_column.layer == self._layer, _column.seq <= seq)
        with reading(self._database) as connection:
            rows = connection.execute(noted.limit(NOTES + 1)).fetchall()
        if len(rows) > NOTES:
            return None
        boxes = np.array([row[1:] for row in rows], np.float64).reshape(-1, 4).T
        return Notes(np.array([row[0] for row in rows], np.int64), np.ascontiguousarray(boxes))

    def _asked(self, seq: int, address: TileAddress) -> int | None:
        west, south, east, north = address.bounds_searched()
        asked: dict[str, object] = {"of": self._layer, "upto": seq}
        asked |= {"w": west, "s": south, "e": east, "n": north}
        statement = _LATEST
        if address.zoom > _WIDE:
            statement, spans = _LATEST_NEAR, spans_of(address)
            spans = spans + spans[:1] * (_AROUND - len(spans))
            for number, (first, last) in enumerate(spans):
                asked |= {f"first{number}": first, f"last{number}": last}
            asked["above"] = above(spans)
        with reading(self._database) as connection:
            found: int | None = connection.execute(statement, asked).scalar()
        return found

    def since(self, after: int, seq: int) -> Changes | None:
        """Features touched by versions after one, up to ``seq``; None when these are too many to follow."""
        key = (self._layer, self._erased, after, seq)
        return self._known.changes.get(key, lambda: self._since(after, seq))

    def _since(self, after: int, seq: int) -> Changes | None:
        noted = (
            sa.select(_column.fid, _column.seq, _column.before, *_sides())
            .where(_column.layer == self._layer, _column.seq > after, _column.seq <= seq)
            .limit(2 * MOST + 1)
        )
        with reading(self._database) as connection:
            rows = connection.execute(noted).fetchall()
        if len(rows) > 2 * MOST or any(row[0] is None for row in rows):
            return None
        return _of_each(rows)


def _of_each(rows: Sequence[sa.Row[*tuple[Any, ...]]]) -> Changes:
    """Of each feature what its first change says of where it was before, and its last of where it is."""
    fids = np.array([row[0] for row in rows], np.int64)
    seqs = np.array([row[1] for row in rows], np.int64)
    was = np.array([row[2] for row in rows], np.bool_)
    boxes = np.array([row[3:] for row in rows], np.float64).reshape(-1, 4)
    # By feature, then by version, and in one version where it was goes first.
    order = np.lexsort((~was, seqs, fids))
    first = np.flatnonzero(np.diff(fids[order], prepend=-1))
    last = np.append(first[1:], len(order)) - 1
    before, now = boxes[order][first], boxes[order][last]
    before[~was[order][first]] = np.nan
    now[was[order][last]] = np.nan
    return Changes(fids[order][first], before, now)


def _sides() -> tuple[sa.Column[float], ...]:
    return _column.west, _column.south, _column.east, _column.north


def _insert(
    connection: sa.Connection,
    layer: LayerId,
    seq: int,
    fids: list[int] | list[None],
    boxes: Floats,
    before: npt.NDArray[np.bool_],
) -> None:
    names = ("number", "fid", "before", "cell", "west", "south", "east", "north")
    columns = (range(len(fids)), fids, before.tolist(), cells_of(boxes).tolist(), *boxes.T.tolist())
    rows = [
        {"layer": layer, "seq": seq, **dict(zip(names, values, strict=True))}
        for values in zip(*columns, strict=True)
    ]
    connection.execute(sa.insert(layer_touched), rows)
