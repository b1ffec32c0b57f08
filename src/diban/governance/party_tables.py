"""Tables of who there is: parties with their names, accounts, sessions and keys."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from diban.store import metadata

party = sa.Table(
    "party",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("code", sa.Text, unique=True),
    sa.Column("parent", sa.Text, sa.ForeignKey("party.id"), index=True),
    sa.Column("closed_at", sa.BigInteger),
    sa.Column("closed_why", sa.Text),
)

party_name = sa.Table(
    "party_name",
    metadata,
    sa.Column("party", sa.Text, sa.ForeignKey("party.id"), primary_key=True),
    sa.Column("valid_from", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("valid_to", sa.BigInteger),
    sa.Column("zh", sa.Text, nullable=False, index=True),
    sa.Column("en", sa.Text, nullable=False),
)

account = sa.Table(
    "account",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("login", sa.Text, nullable=False, unique=True),
    sa.Column("zh", sa.Text, nullable=False),
    sa.Column("en", sa.Text, nullable=False),
    sa.Column("party", sa.Text, sa.ForeignKey("party.id"), nullable=False, index=True),
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("must_change", sa.BigInteger, nullable=False),
    sa.Column("disabled", sa.BigInteger, nullable=False),
    sa.Column("failures", sa.BigInteger, nullable=False),
    sa.Column("locked_until", sa.BigInteger),
    sa.Column("created_at", sa.BigInteger, nullable=False),
)

account_role = sa.Table(
    "account_role",
    metadata,
    sa.Column("account", sa.Text, sa.ForeignKey("account.id"), primary_key=True),
    sa.Column("role", sa.Text, primary_key=True),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    sa.Column("account", sa.Text, sa.ForeignKey("account.id"), nullable=False, index=True),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("last_used", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
)

api_key = sa.Table(
    "api_key",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("account", sa.Text, sa.ForeignKey("account.id"), nullable=False, index=True),
    sa.Column("party", sa.Text, sa.ForeignKey("party.id"), nullable=False, index=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("last_used", sa.BigInteger),
    sa.Column("revoked_at", sa.BigInteger),
)


def insert_new(connection: sa.Connection, table: sa.Table, values: Mapping[str, object]) -> bool:
    """Insert a row unless a unique name in it is taken; whether it was inserted."""
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = make(table).values(dict(values)).on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(statement).first() is not None
