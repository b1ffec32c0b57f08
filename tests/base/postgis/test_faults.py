"""Faults: a server that goes away, a value it refuses, a lock that is not given: one tree, no traceback."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import suppress
from typing import TypeVar

import psycopg
import pytest
import shapely
import sqlalchemy as sa

from diban.base.port import Rows, Step
from diban.base.postgis import PostgisRows, open_postgis
from diban.base.postgis import rows as postgis_rows
from diban.ground import Damaged, Field, Invalid, Kind, Schema, Text, Unavailable
from diban.store import Database
from tests.base.postgis.board_rows import NAMED, rows, steps
from tests.postgres import Cluster

Part = TypeVar("Part", Rows, Step)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["restart", "kill"])
def test_a_server_that_goes_away_is_unavailable_and_nothing_is_lost(
    own_postgres_cluster: Cluster, how: signal.Signals
) -> None:
    cluster = own_postgres_cluster
    with cluster.database() as url:
        database = Database(url)
        store = open_postgis(database)
        storage = store.make(1, NAMED)

        def dying(parts: Iterator[Part]) -> Iterator[Part]:
            yield next(parts)
            cluster.stop(how)
            yield from parts

        with pytest.raises(Unavailable):
            store.load(storage, 1, NAMED, 1, dying(iter([rows([1], ["x"]), rows([2], ["y"])])))
        with pytest.raises(Unavailable), store.reader(storage):
            pass
        cluster.start()
        store.load(storage, 1, NAMED, 1, iter([rows([1, 2, 3], ["a", "b", "c"])]))
        with pytest.raises(Unavailable):
            store.apply(storage, NAMED, 2, dying(steps(3)))
        cluster.start()
        store.apply(storage, NAMED, 2, steps(3))
        live = store.live(storage, NAMED)
        with store.reader(storage) as reader:
            found = reader.connection.execute(sa.select(live.c.fid).where(live.c.vfrom == 2)).scalars().all()
        assert sorted(found) == [1, 2, 3]
        with suppress(Unavailable), store.reader(storage) as reader:
            cluster.stop(how)
            reader.connection.execute(sa.select(live.c.fid)).all()
            pytest.fail("the server was gone")
        cluster.start()
        database.close()


def test_new_sessions_that_end_at_once_are_unavailable(postgres_database: str) -> None:
    database = Database(postgres_database, pool=1)
    store = open_postgis(database)
    storage = store.make(1, NAMED)
    database.engine.dispose()

    def ended(connection: psycopg.Connection, _record: object) -> None:
        with psycopg.connect(postgres_database.replace("+psycopg", ""), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])

    sa.event.listen(database.engine, "connect", ended)
    for _ in range(3):
        with pytest.raises(Unavailable), store.reader(storage):
            pass
        with pytest.raises(Unavailable):
            store.load(storage, 1, NAMED, 1, iter([rows([1], ["x"])]))
    sa.event.remove(database.engine, "connect", ended)
    store.load(storage, 1, NAMED, 1, iter([rows([1], ["x"])]))
    with store.reader(storage) as reader:
        assert reader.connection.execute(sa.select(store.live(storage, NAMED).c.fid)).scalars().all() == [1]
    database.close()


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("with\0nul", None),
        ("open ring", bytes.fromhex("01030000000100000004000000") + bytes(16 * 3) + b"\1" * 16),
        ("no wkb", b"\1\2\3\4\5\6\7\7"),
    ],
)
def test_a_value_that_the_server_refuses_is_invalid(
    store: PostgisRows, name: str, shape: bytes | None
) -> None:
    storage = store.make(1, NAMED)
    with pytest.raises(Invalid) as caught:
        store.load(storage, 1, NAMED, 1, iter([rows([1], [name], [shape])]))
    assert caught.value.remedy is not None


def test_rows_that_should_end_and_are_not_there_are_damage(store: PostgisRows) -> None:
    storage = store.make(2, NAMED)
    store.load(storage, 2, NAMED, 1, iter([rows([1], ["a"])]))
    with pytest.raises(Damaged):
        store.apply(storage, NAMED, 2, steps(1, first=5))


def test_a_new_column_does_not_wait_for_readers_for_ever(
    store: PostgisRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgis_rows, "_WAIT", "SET LOCAL lock_timeout = '100ms'")
    storage = store.make(3, NAMED)
    wider = Schema((*NAMED.fields, Field("more", Kind.TEXT, Text("更多", "more"), slot=3)))
    with store.reader(storage) as reader:
        reader.connection.execute(sa.select(store.live(storage, NAMED).c.fid)).all()
        with pytest.raises(Unavailable):
            store.widen(storage, wider)
    store.widen(storage, wider)
    with store.reader(storage) as reader:
        assert reader.connection.execute(sa.select(store.live(storage, wider))).all() == []


def test_a_reader_writes_nothing_and_sees_one_state(store: PostgisRows) -> None:
    storage = store.make(4, NAMED)
    store.load(storage, 4, NAMED, 1, iter([rows([1], ["a"])]))
    live = store.live(storage, NAMED)
    count = sa.select(sa.func.count()).select_from(live)
    with store.reader(storage) as reader:
        assert reader.connection.execute(count).scalar() == 1
        store.apply(storage, NAMED, 2, steps(1))
        assert reader.connection.execute(count).scalar() == 1
    with pytest.raises(sa.exc.InternalError, match="read-only"), store.reader(storage) as reader:
        reader.connection.execute(sa.delete(live))


def test_long_shapes_are_not_compressed(store: PostgisRows, database: Database) -> None:
    storage = store.make(5, NAMED)
    ring = shapely.Point(113, 22).buffer(1, quad_segs=2_000)
    store.load(storage, 5, NAMED, 1, iter([rows([1], ["long"], [shapely.to_wkb(ring)])]))
    with database.engine.connect() as connection:
        size = connection.execute(sa.text(f"SELECT pg_column_size(geom) FROM board.{storage}")).scalar_one()
    assert size >= len(shapely.to_wkb(ring))
