"""The values of one field: as far as the scope allows, at the version, and never of a hidden field."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import shapely

from diban.ground import NOW, Compare, Denied, Invalid, LayerId, LayerScope, Mask, Moment, Scope
from tests.contract.board import ALL, BUILDINGS, Board, city

ROWS = 60


@pytest.fixture(scope="module")
def layer(engine: Board) -> LayerId:
    """Buildings of a city."""
    return engine.filled(BUILDINGS, city(ROWS))


def told(
    engine: Board, layer: LayerId, name: str, limits: LayerScope | None = None, moment: Moment = NOW
) -> Any:
    """The values of a field with their counts."""
    scope = ALL if limits is None else Scope("district", "contract suite", {layer: limits})
    parts = engine.base.at(layer, moment, scope).values(name)
    return Counter(value for part in parts for value in part.to_pylist())


@pytest.mark.parametrize("name", BUILDINGS.names())
def test_every_kind_of_field_tells_its_values(engine: Board, layer: LayerId, name: str) -> None:
    assert told(engine, layer, name) == Counter(row[name] for row in engine.rows(layer))


def test_rows_and_area_of_the_scope_hold(engine: Board, layer: LayerId) -> None:
    limits = LayerScope(rows=Compare("floors", "<=", 3))
    assert 0 < max(told(engine, layer, "floors", limits)) <= 3
    rows = engine.rows(layer)
    here = shapely.from_wkb(rows[0]["geometry"]).envelope
    limits = LayerScope(area=shapely.to_wkb(here))
    seen = engine.rows(layer, scope=Scope("district", "contract suite", {layer: limits}))
    assert 0 < len(seen) < ROWS
    assert told(engine, layer, "code", limits) == Counter(row["code"] for row in seen)


@pytest.mark.parametrize(
    "limits",
    [
        LayerScope(fields=frozenset({"code"})),
        LayerScope(masks=(("name", Mask.HIDE),)),
        LayerScope(masks=(("name", Mask.ENDS),)),
        LayerScope(masks=(("name", Mask.TOKEN),)),
    ],
)
def test_a_hidden_or_masked_field_tells_nothing(engine: Board, layer: LayerId, limits: LayerScope) -> None:
    with pytest.raises(Denied):
        told(engine, layer, "name", limits)
    assert told(engine, layer, "code", limits)


def test_a_field_that_is_none_is_refused_as_a_hidden_one_is(engine: Board, layer: LayerId) -> None:
    with pytest.raises(Invalid):
        told(engine, layer, "nothing")
    with pytest.raises(Denied):
        told(engine, layer, "nothing", LayerScope(fields=frozenset({"code"})))


def test_an_earlier_version_tells_its_own_values(engine: Board) -> None:
    layer = engine.layer(BUILDINGS)
    first = engine.land(layer, city(8))
    engine.land(layer, [row | {"floors": 77} for row in city(8)])
    assert told(engine, layer, "floors") == Counter({77: 8})
    assert 77 not in told(engine, layer, "floors", moment=Moment(version=first.id))


def test_of_many_rows_an_even_part_is_looked_at(
    engine: Board, layer: LayerId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diban.base.snapshot.LOOKED_AT", ROWS // 3)
    assert told(engine, layer, "code").total() == ROWS // 3


def test_an_empty_layer_has_no_values(engine: Board) -> None:
    assert told(engine, engine.layer(BUILDINGS), "floors") == Counter()
