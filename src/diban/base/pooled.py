"""A pooled connection in a transaction of our own, also as SQLAlchemy takes it, for both engines' readers."""

from __future__ import annotations

import sqlalchemy as sa


class Pooled:
    """A connection from an engine's pool; most reads go to its driver and need no more of it."""

    __slots__ = ("_connection", "_engine", "_pooled")

    def __init__(self, engine: sa.Engine, pooled: sa.PoolProxiedConnection) -> None:
        self._engine, self._pooled = engine, pooled
        self._connection: sa.Connection | None = None

    @property
    def connection(self) -> sa.Connection:
        """The transaction, for all sorts of statements; made of the connection when first asked for."""
        if self._connection is None:
            self._connection = sa.Connection(self._engine, self._pooled)
        return self._connection
