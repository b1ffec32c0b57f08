"""The PostgreSQL of the tests is a real one, with PostGIS, and keeps what it committed."""

import signal

import sqlalchemy as sa

from tests.postgres import Cluster


def test_a_database_answers_with_postgis(postgres_database: str) -> None:
    engine = sa.create_engine(postgres_database)
    with engine.connect() as connection:
        assert str(connection.scalar(sa.text("SELECT postgis_version()"))).startswith("3.")
        assert connection.scalar(sa.text("SHOW fsync")) == "on"
    engine.dispose()


def test_each_database_is_fresh(postgres_cluster: Cluster, postgres_url: str) -> None:
    with postgres_cluster.database() as one, postgres_cluster.database() as other:
        assert len({one, other, postgres_url}) == 3


def test_what_was_committed_outlives_a_restart_and_a_kill(own_postgres_cluster: Cluster) -> None:
    with own_postgres_cluster.database() as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE kept AS SELECT 1 AS one"))
        for how in (signal.SIGINT, signal.SIGKILL):
            own_postgres_cluster.stop(how)
            own_postgres_cluster.start()
            with engine.connect() as connection:
                assert connection.scalar(sa.text("SELECT one FROM kept")) == 1
