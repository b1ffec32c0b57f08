"""A layer of files is one of one row, on either engine: its facts come back exactly, version by version."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import shapely

from diban.ground import Asset, AssetKind, Invalid, Moment, Schema, asset_schema
from tests.contract.board import ALL, Board

PHOTO = Asset(
    kind=AssetKind.PHOTO,
    file_name='现场 "1" 😀.jpg',
    media_type="image/jpeg",
    digest="ab" * 32,
    size=2**40 + 1,
    width=4032,
    height=3024,
    taken_at=datetime(2026, 5, 1, 1, 30, 0, 123456, UTC),
)


def row(asset: Asset, place: shapely.Geometry | None = None) -> dict[str, Any]:
    return {name: getattr(asset, name) for name in Asset.__dataclass_fields__} | {"geometry": place}


def test_facts_come_back_as_they_landed_at_every_version(engine: Board) -> None:
    layer = engine.layer(asset_schema(AssetKind.PHOTO))
    later = replace(PHOTO, digest="cd" * 32, size=1, taken_at=None)
    first = engine.land(layer, [row(PHOTO, shapely.Point(113.9, 22.5))])
    second = engine.land(layer, [row(later)])
    assert (second.added, second.changed, second.removed, second.rows) == (0, 1, 0, 1)
    for version, asset in ((first, PHOTO), (second, later)):
        (found,) = engine.rows(layer, Moment(version=version.id))
        assert Asset.of_row(found) == asset
        assert engine.base.verify(layer, version)
    assert engine.land(layer, [row(later)]).id == second.id
    assert engine.base.at(layer, Moment(version=first.id), ALL).schema.asset is AssetKind.PHOTO


@pytest.mark.parametrize("kind", list(AssetKind))
def test_the_schema_of_each_kind_is_kept(engine: Board, kind: AssetKind) -> None:
    layer = engine.layer(asset_schema(kind))
    kept = engine.base.schema(layer)
    assert kept.asset is kind
    assert Schema.from_json(kept.as_json()) == kept
    assert engine.evolve(layer, asset_schema(kind)) == kept


def test_a_layer_does_not_turn_into_another_sort(engine: Board) -> None:
    layer = engine.layer(asset_schema(AssetKind.DOCUMENT))
    features = replace(asset_schema(AssetKind.DOCUMENT), asset=None)
    for wanted in (features, asset_schema(AssetKind.RASTER)):
        with pytest.raises(Invalid):
            engine.evolve(layer, wanted)
    plain = engine.layer(features)
    with pytest.raises(Invalid):
        engine.evolve(plain, asset_schema(AssetKind.DOCUMENT))
