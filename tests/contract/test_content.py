"""Content: one hash for one content, whatever the order, the engine and the way it came about."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from random import Random

import pytest
import shapely

from diban.ground import ContentHash, GeometryKind, Kind, Schema
from tests.contract.board import BUILDINGS, KEYLESS, NAMED, Board, a_field, city, square, wkb


def test_content_does_not_depend_on_order_or_history(engine: Board) -> None:
    rows = city(80)
    once = engine.land(engine.layer(BUILDINGS), Random(3).sample(rows, 80))
    layer = engine.layer(BUILDINGS)
    engine.land(layer, city(30, seed=7))
    engine.land(layer, rows[:50])
    grown = engine.land(layer, rows)
    assert grown.content == once.content
    assert grown.content.rows == 80
    assert engine.land(layer, rows[1:]).content != once.content
    assert engine.land(layer, rows).content == once.content


def test_content_is_the_sum_of_hashes_of_canonical_bytes(engine: Board) -> None:
    schema = Schema((a_field("code", Kind.TEXT), a_field("floors", Kind.INTEGER)), key="code")
    shape = square(113, 22)
    version = engine.land(
        engine.layer(schema),
        [{"code": "甲", "floors": -2, "geometry": shape}, {"code": "乙", "floors": None, "geometry": None}],
    )

    def part(slot: int, value: bytes) -> bytes:
        return slot.to_bytes(4, "little") + len(value).to_bytes(4, "little") + value

    texts = (
        part(0, wkb(shape)) + part(1, "甲".encode()) + part(2, (-2).to_bytes(8, "little", signed=True)),
        part(1, "乙".encode()),
    )
    total = sum(int.from_bytes(blake2b(text, digest_size=32).digest()) for text in texts) % 2**256
    assert version.content == ContentHash(total, 2)


def test_equal_rows_count_each(engine: Board) -> None:
    row = city(1)[0]
    one, two = (engine.land(engine.layer(KEYLESS), [row] * count) for count in (1, 2))
    assert (one.content.rows, two.content.rows) == (1, 2)
    assert two.content.total == one.content.total * 2 % 2**256


def test_every_version_proves_its_content(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(40)
    for version in [engine.land(layer, part) for part in (rows[:20], rows, rows[10:], [], rows[5:])]:
        assert engine.base.verify(layer, version)
    engine.base.tidy(layer, 4)
    history = engine.base.history(layer)
    assert [engine.base.verify(layer, version) for version in history] == [True] * 5


def test_a_forged_version_is_found_out(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(10)
    version = engine.land(layer, rows)
    forged = replace(version, content=ContentHash(version.content.total ^ 1, version.content.rows))
    assert not engine.base.verify(layer, forged)


@pytest.mark.parametrize("schema", [BUILDINGS, KEYLESS, replace(NAMED, geometry=GeometryKind.ANY)])
def test_both_engines_give_one_content_and_one_reading(
    embedded: Board, postgis: Board, schema: Schema
) -> None:
    first, second = city(120), city(140, seed=4)
    for row in second[::9]:
        row["geometry"] = shapely.from_wkt("LINESTRING Z (113.9 22.5 1, 113.95 22.55 2)")
    contents, readings = [], []
    for board in (embedded, postgis):
        layer = board.layer(schema)
        versions = [board.land(layer, rows) for rows in (first, second, second[10:])]
        contents.append([version.content for version in versions])
        counts = [(version.rows, version.added, version.changed, version.removed) for version in versions]
        readings.append((counts, board.rows(layer)))
    assert contents[0] == contents[1]
    assert readings[0] == readings[1]
