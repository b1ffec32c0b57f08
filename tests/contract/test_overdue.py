"""A read that takes too long is cut, by the engine or between two of its steps; others are not harmed."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from diban.base import Query, TileAddress
from diban.ground import NOW, Moment, Unavailable
from tests.contract.board import ALL, BUILDINGS, Board, city

ENDLESS = sa.text("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT COUNT(*) FROM n")


def test_the_engine_cuts_a_statement(engine: Board) -> None:
    layer = engine.layer(BUILDINGS)
    engine.land(layer, city(20))
    rows, storage = engine.base._rows, engine.base.at(layer, NOW, ALL)._storage
    begun = time.monotonic()
    with pytest.raises(Unavailable) as raised, rows.reader(storage, begun + 0.2) as reader:
        reader.connection.execute(ENDLESS)
    assert raised.value.field == "read_seconds"
    assert raised.value.remedy is not None
    assert time.monotonic() - begun >= 0.2
    for _ in range(20):  # the same connections serve on, without a limit
        with rows.reader(storage) as reader:
            count = sa.select(sa.func.count()).select_from(rows.live(storage, engine.base.schema(layer)))
            assert reader.connection.execute(count).scalar_one() == 20


def test_every_read_of_a_snapshot_is_cut(engine: Board) -> None:
    layer = engine.layer(BUILDINGS)
    version = engine.land(layer, city(20))
    late = engine.base.at(layer, Moment(version=version.id), ALL, 0.0)
    time.sleep(0.002)
    with pytest.raises(Unavailable):
        late.page(Query())
    with pytest.raises(Unavailable):
        late.tile("x", TileAddress(0, 0, 0))
    assert engine.base.at(layer, NOW, ALL, 60.0).page(Query(limit=50)).batch.num_rows == 20
    assert engine.base.verify(layer, version)
