"""Bring the database's tables to this version; running it twice changes nothing."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from diban.store.acts import reading, unit
from diban.store.database import Database

_LOCK = 0x6469_6261  # one migration at a time on a shared PostgreSQL server


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def migrate(database: Database) -> None:
    """Apply every missing migration, in one transaction, one process at a time."""
    config = _config()
    with unit(database) as act:
        if not database.embedded:
            act.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        config.attributes["connection"] = act.connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Whether the tables are those of this version."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with reading(database) as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
