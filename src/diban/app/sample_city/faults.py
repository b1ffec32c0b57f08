"""A delivery with faults planted on purpose, and the list of what was planted where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault: its name, the field it is in (None: the geometry), and the 1-based row."""

    fault: str
    field: str | None
    row: int


def plant(rows: list[Row], seed: int) -> list[Planted]:
    """Spoil some rows (GeoJSON features) in place; one fault a row, three rows a fault."""
    spoilers = (
        *(("bow-tie", None, _bow_tie), ("swapped-axes", None, _swapped), ("far-out-at-sea", None, _at_sea)),
        *(("no-geometry", None, _no_geometry), ("value-absent", "height", _absent)),
        *(("not-a-number", "floors", _worded), ("unlisted-code", "use", _unlisted)),
    )
    rng = np.random.default_rng([seed, 2])
    chosen = rng.choice(np.arange(1, len(rows)), 3 * (len(spoilers) + 1), replace=False).tolist()
    planted = []
    for fault, field, spoil in spoilers:
        for _ in range(3):
            place = chosen.pop()
            spoil(rows[place])
            planted.append(Planted(fault, field, place + 1))
    for place in chosen:  # the first row is never spoilt: its key is there to be repeated
        rows[place]["properties"]["code"] = rows[0]["properties"]["code"]
        planted.append(Planted("key-repeated", "code", place + 1))
    return sorted(planted, key=lambda one: one.row)


def _rings(row: Row) -> list[list[list[float]]]:
    rings: list[list[list[float]]] = row["geometry"]["coordinates"]
    return rings


def _bow_tie(row: Row) -> None:
    west, south = _rings(row)[0][0]
    size = 3e-4
    corners = [(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)]
    row["geometry"] = {
        "type": "Polygon",
        "coordinates": [[[round(west + x * size, 8), round(south + y * size, 8)] for x, y in corners]],
    }


def _swapped(row: Row) -> None:
    _rings(row)[:] = [[[y, x] for x, y in ring] for ring in _rings(row)]


def _at_sea(row: Row) -> None:
    _rings(row)[:] = [[[round(x + 3.0, 8), round(y - 6.0, 8)] for x, y in ring] for ring in _rings(row)]


def _no_geometry(row: Row) -> None:
    row["geometry"] = None


def _absent(row: Row) -> None:
    row["properties"]["height"] = None


def _worded(row: Row) -> None:
    row["properties"]["floors"] = "约十层"


def _unlisted(row: Row) -> None:
    row["properties"]["use"] = "99"
