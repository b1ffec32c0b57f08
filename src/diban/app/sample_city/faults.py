"""Errors planted on purpose, known without the rules that are to find them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from diban.app.sample_city.formats import Row
from diban.app.sample_city.gcj02 import to_gcj02
from diban.ground import GEOMETRY

Spoil = Callable[[Row, Row, str], None]
"""Spoils a row in place; given an earlier row as well, and the name of a field."""

_AT_LEAST = 2
_METRE = 1e-5


@dataclass(frozen=True, slots=True)
class Planted:
    """An error: the 1-based row and its key as delivered, what it is, the field it is in ("" for the
    geometry or the row), and a note. Row 0 stands for the whole file."""

    row: int
    key: str
    kind: str
    field: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Spoiler:
    """One kind of error as it is planted in one field."""

    kind: str
    spoil: Spoil
    field: str = ""
    repeats: bool = False


def plant(
    pieces: Iterator[list[Row]], spoilers: tuple[Spoiler, ...], rate: float, seed: int, planted: list[Planted]
) -> Iterator[list[Row]]:
    """The same rows, a share of them spoilt, one error a row; what was done is added to ``planted``.

    Geometry stands in each row as a shape. The first piece gets every kind at least twice.
    """
    rng, start = np.random.default_rng([seed, 2]), 0
    for rows in pieces:
        most = len(rows) // 3
        wanted = (
            rng.poisson(rate * len(rows))
            if start
            else max(_AT_LEAST * len(spoilers), round(rate * len(rows)))
        )
        # Every third row may be spoilt, and the one before it is never: an earlier row can be repeated.
        places = 1 + 3 * np.sort(rng.choice(most, min(wanted, most), replace=False))
        for turn, place in enumerate(rng.permutation(places).tolist()):
            spoiler, before = spoilers[turn % len(spoilers)], rows[place - 1]
            spoiler.spoil(rows[place], before, spoiler.field)
            note = f"repeats row {start + place}" if spoiler.repeats else ""
            key = "" if rows[place]["code"] is None else str(rows[place]["code"])
            planted.append(Planted(start + place + 1, key, spoiler.kind, spoiler.field, note))
        start += len(rows)
        yield rows


def write(value: object) -> Spoil:
    """Puts a value into the field."""

    def spoil(row: Row, _: Row, field: str) -> None:
        row[field] = value

    return spoil


def change(how: Callable[[Any], object]) -> Spoil:
    """Changes the field's own value."""

    def spoil(row: Row, _: Row, field: str) -> None:
        row[field] = how(row[field])

    return spoil


def repeat(*own: str, metres: float = 0.0) -> Spoil:
    """Repeats the earlier row but for its ``own`` fields, moved by a few centimetres where wanted."""

    def spoil(row: Row, before: Row, _: str) -> None:
        row.update({name: value for name, value in before.items() if name not in own})
        if metres:
            row[GEOMETRY] = _moved(before[GEOMETRY], lambda xy: xy + metres * _METRE)

    return spoil


def repeat_key(row: Row, before: Row, field: str) -> None:
    """The key of the earlier row."""
    row[field] = before[field]


def reshape(how: Callable[[Any], object]) -> Spoil:
    """Changes the geometry."""

    def spoil(row: Row, _: Row, __: str) -> None:
        row[GEOMETRY] = how(row[GEOMETRY])

    return spoil


def _moved(shape: Any, how: Callable[[Any], Any]) -> Any:
    return shapely.transform(shape, lambda xy: np.round(how(xy), 8))


def _ring(shape: Any, corners: list[tuple[float, float]]) -> Any:
    """A polygon at the first corner of another; corners in metres from there."""
    at = shapely.get_coordinates(shape)[0]
    return shapely.polygons(np.round(at + np.array(corners) * _METRE, 8))


BOW_TIE = reshape(lambda shape: _ring(shape, [(0, 0), (24, 24), (24, 0), (0, 24), (0, 0)]))
SLIVER = reshape(lambda shape: _ring(shape, [(0, 0), (60, 0), (60, 0.05), (0, 0.05), (0, 0)]))
NOTHING = reshape(lambda _: None)
EMPTY = reshape(lambda shape: type(shape)())
FAR = reshape(lambda shape: _moved(shape, lambda xy: xy + np.array([3.0, -6.0])))
SWAPPED = reshape(lambda shape: _moved(shape, lambda xy: xy[:, ::-1]))
SHIFTED = reshape(lambda shape: _moved(shape, to_gcj02))
ROUNDED = reshape(lambda shape: shapely.transform(shape, lambda xy: np.round(xy, 3)))


def wrong_check(code: str) -> str:
    """A code of the right form whose last character does not follow from the others."""
    return code[:-1] + ("A" if code[-1] != "A" else "B")


def _defects(key: str, *own: str) -> tuple[Spoiler, ...]:
    return (
        Spoiler("duplicate-key", repeat_key, key),
        Spoiler("exact-duplicate", repeat(key, *own), repeats=True),
    )


_LATER = date(2999, 1, 1)
_PLACED = (Spoiler("null-geometry", NOTHING), Spoiler("outside-city", FAR))
_DISTRICT = Spoiler("unknown-district", write("440399"), "district")
_COMMUNITY = Spoiler("unknown-community", change(lambda code: code[:-3] + "999"), "community")
_OFFICE = Spoiler("unknown-office", change(lambda code: code[:-3] + "999"), "office")

SPOILERS: dict[str, tuple[Spoiler, ...]] = {
    "buildings-faulty.geojson": (
        *_defects("code"),
        *(*_PLACED, Spoiler("swapped-axes", SWAPPED), Spoiler("empty-geometry", EMPTY)),
        *(Spoiler("self-intersection", BOW_TIE), Spoiler("sliver", SLIVER), _DISTRICT),
        Spoiler("near-duplicate", repeat("code", metres=0.2), repeats=True),
        Spoiler("missing-required", write(None), "height"),
        Spoiler("wrong-type", write("约十层"), "floors"),
        Spoiler("unknown-code", write("99"), "use"),
        Spoiler("out-of-range", write(-3), "floors"),
        Spoiler("out-of-range", write(Decimal("9999.9")), "height"),
        Spoiler("out-of-range", write(20), "year"),
        Spoiler("out-of-range", write(datetime(1026, 3, 1, tzinfo=UTC)), "surveyed"),
        Spoiler("bad-pattern", change(lambda code: code.replace("F", "-")), "code"),
        Spoiler("unknown-parcel", change(lambda code: code[:-5] + "99999"), "parcel"),
        *(_COMMUNITY, _OFFICE),
    ),
    "parcels-faulty.zip": (
        *_defects("code"),
        *(*_PLACED, _DISTRICT),
        *(Spoiler("self-intersection", BOW_TIE), Spoiler("sliver", SLIVER)),
        Spoiler("near-duplicate", repeat("code", metres=0.2), repeats=True),
        Spoiler("missing-required", write(None), "community"),
        Spoiler("unknown-code", write("88"), "use"),
        Spoiler("out-of-range", write(_LATER), "granted"),
        Spoiler("out-of-range", write(Decimal("0.0")), "area"),
        Spoiler("bad-pattern", change(lambda code: code[:-2]), "code"),
        _COMMUNITY,
    ),
    "addresses-faulty.csv": (
        *_defects("code", "building"),
        *(*_PLACED, Spoiler("swapped-axes", SWAPPED), Spoiler("shifted", SHIFTED), _DISTRICT),
        Spoiler("near-duplicate", repeat("code", "building", metres=0.2), repeats=True),
        Spoiler("low-precision", ROUNDED),
        Spoiler("missing-required", write(None), "address"),
        Spoiler("wrong-type", write("甲"), "number"),
        Spoiler("out-of-range", write(-8), "number"),
        Spoiler("bad-pattern", change(lambda code: code[:-1]), "code"),
        Spoiler("repeated-value", repeat_key, "building"),
        Spoiler("unknown-building", change(lambda code: code[:-4] + "9999"), "building"),
        *(_COMMUNITY, _OFFICE),
    ),
    "addresses-faulty.parquet": (
        *_defects("code", "building"),
        *(*_PLACED, Spoiler("swapped-axes", SWAPPED), Spoiler("shifted", SHIFTED), _DISTRICT),
        Spoiler("near-duplicate", repeat("code", "building", metres=0.2), repeats=True),
        Spoiler("low-precision", ROUNDED),
        Spoiler("missing-required", write(None), "office"),
        Spoiler("out-of-range", write(100), "block"),
        Spoiler("repeated-value", repeat_key, "building"),
        *(_COMMUNITY, _OFFICE),
    ),
    "poi-faulty.gpkg": (
        *_defects("code"),
        *(*_PLACED, Spoiler("swapped-axes", SWAPPED), Spoiler("shifted", SHIFTED), _DISTRICT),
        Spoiler("near-duplicate", repeat("code", metres=0.2), repeats=True),
        Spoiler("low-precision", ROUNDED),
        Spoiler("missing-required", write(None), "name"),
        Spoiler("unknown-code", write("0999"), "class"),
        Spoiler("bad-pattern", change(lambda code: code.replace("P", "Q")), "code"),
    ),
    "addresses-faulty.xlsx": (
        Spoiler("damaged-number", change(float), "code"),
        Spoiler("missing-required", write(None), "address"),
        Spoiler("bad-pattern", change(lambda code: code + "0"), "code"),
    ),
    "enterprises-faulty.xlsx": (
        *_defects("code"),
        Spoiler("bad-credit-code", change(wrong_check), "code"),
        Spoiler("bad-pattern", change(lambda code: code[:-1]), "code"),
        Spoiler("missing-required", write(None), "name"),
        Spoiler("wrong-type", write("约二十人"), "staff"),
        Spoiler("unknown-code", write("Z"), "trade"),
        Spoiler("out-of-range", write(-1), "staff"),
        Spoiler("out-of-range", write(Decimal("-0.01")), "capital"),
        Spoiler("out-of-range", write(_LATER), "founded"),
    ),
}


def _thinned(table: pa.Table) -> pa.Table:
    return table.filter(pa.array(np.arange(len(table)) % 5 > 0))


def _drifted(table: pa.Table) -> pa.Table:
    return table.drop_columns(["one_way"]).rename_columns({"grade": "class"})


WHOLE_FILE: dict[str, tuple[Planted, Callable[[pa.Table], pa.Table]]] = {
    "buildings-removed.gpkg": (
        Planted(0, "", "mass-removal", "", "every fifth building is missing"),
        _thinned,
    ),
    "roads-drift.gpkg": (
        Planted(0, "", "schema-drift", "grade", "grade is called class, one_way is missing"),
        _drifted,
    ),
}
"""Errors of a file as a whole."""
