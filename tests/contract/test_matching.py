"""Which delivered row is which feature: by key, by content, by place; numbers that are never given twice."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
import shapely

from diban.ground import GeometryKind, Kind, Schema
from tests.contract.board import BUILDINGS, KEYLESS, NAMED, Board, Row, a_field, city, fids, plain, square

PLACES = replace(NAMED, key=None)


def test_numbers_stay_with_their_features_over_many_versions(engine: Board) -> None:
    chance, layer = Random(5), engine.layer(NAMED)
    present: dict[str, Row] = {}
    known: dict[str, int] = {}
    ever: set[int] = set()
    for version in range(8):
        present = {code: row for code, row in present.items() if chance.random() < 0.7}
        for number in chance.sample(range(40), 12):
            code = f"c{number}"
            present[code] = {"code": code, "name": str(version), "geometry": square(113 + number / 100, 22)}
        engine.land(layer, list(present.values()))
        found = fids(engine.rows(layer))
        assert set(found) == set(present)
        stayed = known.keys() & found.keys()
        assert {code: found[code] for code in stayed} == {code: known[code] for code in stayed}
        assert stayed or not version
        fresh = {fid for code, fid in found.items() if known.get(code) != fid}
        assert not fresh & ever
        ever |= set(found.values())
        known = found


def test_a_feature_that_went_and_came_back_is_a_new_one(engine: Board) -> None:
    layer, rows = engine.layer(NAMED), city(3)
    engine.land(layer, rows)
    engine.land(layer, rows[1:])
    engine.land(layer, rows)
    assert fids(engine.rows(layer)) == {"000000": 4, "000001": 2, "000002": 3}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Kind.INTEGER, [2**63 - 1, -(2**63), 2**53 + 1]),
        (Kind.DECIMAL, [Decimal("0.10"), Decimal("0.11"), Decimal("-9999999999999999.99")]),
        (Kind.TEXT, ["007", "7", "ＡＢ"]),
    ],
)
def test_keys_of_every_sort_match_exactly(engine: Board, kind: Kind, values: list[object]) -> None:
    key = a_field("key", kind, digits=18, scale=2) if kind is Kind.DECIMAL else a_field("key", kind)
    schema = Schema((key, a_field("name", Kind.TEXT)), GeometryKind.NONE, key="key")
    layer = engine.filled(schema, [{"key": value, "name": "old"} for value in values])
    changes = engine.compare(layer, [{"key": value, "name": "new"} for value in reversed(values)])
    assert (changes.changed, changes.added, changes.removed) == (3, 0, 0)
    engine.flip(engine.stage(changes))
    assert [(row["_fid"], row["key"], row["name"]) for row in engine.rows(layer)] == [
        (place, value, "new") for place, value in enumerate(values, 1)
    ]


def test_keyless_rows_match_by_content_whatever_their_order(engine: Board) -> None:
    layer, rows = engine.layer(KEYLESS), city(60)
    engine.land(layer, rows)
    shuffled = Random(1).sample(rows, 60)
    assert engine.compare(layer, shuffled).empty
    version = engine.land(layer, shuffled[5:])
    assert (version.added, version.changed, version.removed) == (0, 0, 5)
    assert all(fid == int(code) + 1 for code, fid in fids(engine.rows(layer)).items())


def test_equal_keyless_rows_are_counted(engine: Board) -> None:
    row = city(1)[0]
    layer = engine.filled(KEYLESS, [row] * 5)
    changes = engine.compare(layer, [row] * 3)
    assert (changes.added, changes.changed, changes.removed) == (0, 0, 2)
    engine.flip(engine.stage(changes))
    assert len(engine.rows(layer)) == 3
    more = engine.compare(layer, [row] * 4)
    assert (more.added, more.changed, more.removed) == (1, 0, 0)


def test_what_is_left_matches_by_place_and_keeps_its_number(engine: Board) -> None:
    old = [{"code": str(n), "geometry": square(113 + n / 10, 22, 0.01)} for n in range(4)]
    layer = engine.filled(PLACES, old)
    new = [
        old[0],
        old[1] | {"name": "renamed"},
        old[2] | {"geometry": square(113.202, 22, 0.01)},  # two thirds of both together
        old[3] | {"geometry": square(113.306, 22, 0.01)},  # a quarter: another building
    ]
    changes = engine.compare(layer, new[::-1])
    assert (changes.added, changes.changed, changes.removed) == (1, 2, 1)
    engine.flip(engine.stage(changes))
    assert fids(engine.rows(layer)) == {"0": 1, "1": 2, "2": 3, "3": 5}


def test_the_better_match_by_place_wins(engine: Board) -> None:
    layer = engine.filled(PLACES, [{"code": "old", "geometry": square(113, 22, 0.01)}])
    engine.land(
        layer,
        [
            {"code": "near", "geometry": square(113.002, 22, 0.01)},
            {"code": "nearer", "geometry": square(113.001, 22, 0.01)},
        ],
    )
    assert fids(engine.rows(layer)) == {"near": 2, "nearer": 1}


def test_lines_points_and_shapeless_rows_match_too(engine: Board) -> None:
    line, point = shapely.linestrings([(113, 22), (113.1, 22)]), shapely.points(113.5, 22.5)
    old = [{"code": "l", "geometry": line}, {"code": "p", "geometry": point}, {"code": "n", "geometry": None}]
    layer = engine.filled(PLACES, old)
    longer = shapely.linestrings([(113, 22), (113.15, 22)])
    engine.land(
        layer,
        [
            old[0] | {"geometry": longer},
            old[1] | {"name": "renamed"},
            old[2] | {"name": "another"},
        ],
    )
    # Nothing ties a changed row without shape and key to the one before.
    assert fids(engine.rows(layer)) == {"l": 1, "p": 2, "n": 4}


def test_keyless_tables_match_by_content_only(engine: Board) -> None:
    schema = replace(NAMED, key=None, geometry=GeometryKind.NONE)
    layer = engine.filled(schema, [{"code": "a"}, {"code": "b"}])
    version = engine.land(layer, [{"code": "b"}, {"code": "c"}])
    assert (version.added, version.changed, version.removed) == (1, 0, 1)
    assert fids(engine.rows(layer)) == {"b": 2, "c": 3}


def test_every_row_is_matched_once(engine: Board) -> None:
    layer = engine.filled(KEYLESS, city(200))
    chance = Random(2)
    moved = [
        row | {"geometry": shapely.affinity.translate(row["geometry"], chance.random() * 0.0008)}
        for row in city(200)
    ]
    changes = engine.compare(layer, moved)
    assert changes.before - changes.removed + changes.added == 200
    version = engine.flip(engine.stage(changes))
    found = engine.rows(layer)
    assert plain(found) == plain(moved)
    assert max(Counter(row["_fid"] for row in found).values()) == 1
    assert engine.base.verify(layer, version)


def test_a_key_in_another_place_keeps_its_number(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(2)
    engine.land(layer, rows)
    swapped = [rows[0] | {"code": rows[1]["code"]}, rows[1] | {"code": rows[0]["code"]}]
    version = engine.land(layer, swapped)
    assert version.changed == 2
    assert plain(engine.rows(layer)) == plain(swapped)


def test_stacked_keyless_rows_are_matched_one_to_one_in_no_time(engine: Board) -> None:
    here = shapely.to_wkb(shapely.Point(114.0, 22.5), flavor="iso")
    rows: list[Row] = [{"code": str(number), "name": "户", "geometry": here} for number in range(3000)]
    layer = engine.filled(PLACES, rows)
    begun = time.monotonic()
    changes = engine.compare(layer, [row | {"name": "改"} for row in rows])
    assert (changes.added, changes.changed, changes.removed) == (0, 3000, 0)
    assert time.monotonic() - begun < 5
