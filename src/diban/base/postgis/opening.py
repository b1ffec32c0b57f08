"""A database made ready for layers: PostGIS, the schema ``board`` and its one bookkeeping table."""

from __future__ import annotations

import psycopg
import sqlalchemy as sa

from diban.base.postgis.faults import translating
from diban.base.postgis.layout import BOARD, state
from diban.base.postgis.rows import PostgisRows
from diban.ground import Invalid, Text
from diban.store import Database

_LOCK = 0x626F_6172  # two processes that open a new database at once


def open_postgis(database: Database) -> PostgisRows:
    """The row store on a PostgreSQL database, prepared where that has not been done.

    Raises `Invalid` with the remedy when PostGIS is missing and cannot be created by this role.
    """
    with translating(), database.engine.begin() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        _require_postgis(connection)
        if not connection.execute(sa.select(sa.func.to_regclass(state.fullname))).scalar():
            connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {BOARD}"))
            state.create(connection)
    return PostgisRows(database)


def _require_postgis(connection: sa.Connection) -> None:
    known = sa.text("SELECT 1 FROM pg_extension WHERE extname = 'postgis'")
    if connection.execute(known).scalar():
        return
    try:
        connection.execute(sa.text("CREATE EXTENSION postgis"))
    except sa.exc.DBAPIError as fault:
        if isinstance(fault.orig, psycopg.errors.InsufficientPrivilege):
            raise _lacking(
                "创建扩展的权限",
                "the right to create it",
                "请数据库管理员在该库执行 CREATE EXTENSION postgis",
                "have the database's administrator run CREATE EXTENSION postgis in it",
            ) from fault
        if isinstance(fault.orig, psycopg.errors.FeatureNotSupported | psycopg.errors.UndefinedFile):
            raise _lacking(
                "服务器上的软件包",
                "its package on the server",
                "在数据库服务器上安装 PostGIS（Debian：postgresql-15-postgis-3）",
                "install PostGIS on the database server (Debian: postgresql-15-postgis-3)",
            ) from fault
        raise


def _lacking(what_zh: str, what_en: str, remedy_zh: str, remedy_en: str) -> Invalid:
    return Invalid(
        Text(
            zh=f"数据库没有 PostGIS，且缺少{what_zh}", en=f"the database has no PostGIS, and lacks {what_en}"
        ),
        field="database",
        limit="PostGIS",
        remedy=Text(zh=remedy_zh, en=remedy_en),
    )
