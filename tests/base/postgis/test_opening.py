"""Opening: PostGIS is created when missing, or the remedy is told; a foreign client finds the layers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from diban.base.postgis import PostgisRows, open_postgis
from diban.ground import Damaged, Invalid
from diban.store import Database
from tests.base.postgis.board_rows import NAMED, rows
from tests.postgres import Cluster


@pytest.fixture
def bare(postgres_cluster: Cluster) -> str:
    """The name of a database without PostGIS, and of a role that may do little in it."""
    admin = sa.create_engine(postgres_cluster.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS bare WITH (FORCE)"))
        connection.execute(sa.text("DROP ROLE IF EXISTS bare"))
        connection.execute(sa.text("CREATE ROLE bare LOGIN PASSWORD 'bare'"))
        connection.execute(sa.text("CREATE DATABASE bare TEMPLATE template0"))
    admin.dispose()
    return "bare"


def test_postgis_is_created_where_it_is_missing(postgres_cluster: Cluster, bare: str) -> None:
    database = Database(postgres_cluster.url(bare))
    for _ in range(2):
        assert open_postgis(database).name == "postgis"
    with database.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT postgis_version()")).scalar()
    database.close()


def test_without_the_right_the_remedy_is_told(postgres_cluster: Cluster, bare: str) -> None:
    url = sa.make_url(postgres_cluster.url(bare)).set(username="bare", password="bare")
    database = Database(url.render_as_string(hide_password=False))
    with pytest.raises(Invalid) as caught:
        open_postgis(database)
    assert caught.value.remedy is not None
    assert "CREATE EXTENSION postgis" in caught.value.remedy.zh
    database.close()


def test_a_foreign_client_sees_layers_with_their_crs(store: PostgisRows, database: Database) -> None:
    storage = store.make(1, NAMED)
    store.load(storage, 1, NAMED, 1, iter([rows([1], ["a"])]))
    with database.engine.connect() as connection:
        known = connection.execute(
            sa.text(
                "SELECT srid FROM geometry_columns WHERE f_table_schema = 'board' AND f_table_name = :name"
            ),
            {"name": storage},
        ).scalar()
        wkt = connection.execute(sa.text(f"SELECT ST_AsEWKT(geom) FROM board.{storage}")).scalar()
    assert (known, wkt) == (4490, "SRID=4490;POINT(0.001 22)")


def test_a_missing_table_is_named(store: PostgisRows) -> None:
    storage = store.make(2, NAMED)
    store.drop(storage)
    store.drop(storage)
    with pytest.raises(Damaged) as caught, store.reader(storage):
        pass
    assert caught.value.field == storage
    with pytest.raises(Damaged):
        store.widen(storage, NAMED)
