"""Extents are those of the rows that are there, to the last bit, after removals and erasures."""

from __future__ import annotations

import shapely

from diban.base import Version
from diban.ground import Extent, LayerId, Moment
from tests.contract.board import BUILDINGS, REGISTER, Board, Row, city, fids


def around(rows: list[Row]) -> Extent:
    """The box of these rows, by another way."""
    return Extent(*(float(side) for side in shapely.total_bounds([row["geometry"] for row in rows])))


def measured(engine: Board, layer: LayerId) -> dict[str, Extent | None]:
    """What `Base.measure` finds, kept."""
    found = engine.base.measure(layer)
    for version, extent in found:
        with engine.acting() as act:
            engine.base.set_extent(act, version, extent)
    return {version.id: extent for version, extent in found}


def far(number: int, lon: float, lat: float) -> Row:
    """A building elsewhere, at coordinates that single precision does not hold."""
    row = city(number + 1)[number]
    return row | {"geometry": shapely.box(lon, lat, lon + 1e-7, lat + 1e-7)}


def test_an_extent_shrinks_when_rows_end(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(60)
    wide = [*rows[:58], far(58, 120.123456789, 22.1), far(59, 113.00000001, 31.987654321)]
    first = engine.land(layer, wide)
    assert first.extent == around(wide)
    second = engine.land(layer, rows[:50])
    for tidied in (False, True):
        if tidied:
            engine.base.tidy(layer, second.seq)
        assert measured(engine, layer) == {second.id: around(rows[:50])}
        current, before = engine.base.history(layer)
        assert (current.extent, before.extent) == (around(rows[:50]), around(wide))
        assert engine.base.verify(layer, current)


def test_an_erasure_leaves_no_trace_in_extents(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(40)
    secret = far(39, 119.5, 30.25)
    versions: list[Version] = [engine.land(layer, rows[:30])]
    versions.append(engine.land(layer, [*rows[:30], secret]))
    versions.append(engine.land(layer, [*rows[:20], secret | {"floors": 7}]))
    versions.append(engine.land(layer, rows[:10]))
    engine.base.tidy(layer, versions[-1].seq)
    fid = fids(engine.rows(layer, Moment(version=versions[1].id)))[secret["code"]]
    engine.base.erase(layer, [fid])
    found = measured(engine, layer)
    assert set(found) == {version.id for version in versions[1:]}
    kept = {version.id: version.extent for version in engine.base.history(layer)}
    assert [kept[version.id] for version in versions] == [
        around(rows[:30]),
        around(rows[:30]),
        around(rows[:20]),
        around(rows[:10]),
    ]


def test_layers_without_places_have_no_extent(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(3)
    engine.land(layer, rows)
    last = engine.land(layer, [rows[0] | {"geometry": None}])
    assert measured(engine, layer) == {last.id: None}
    assert engine.base.measure(engine.layer(BUILDINGS)) == []
    register = engine.layer(REGISTER)
    table = engine.land(register, city(2))
    assert measured(engine, register) == {table.id: None}
