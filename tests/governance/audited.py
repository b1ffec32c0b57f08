"""A sealed chain to tamper with, as whoever holds the database could."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from diban.governance.audit import By
from diban.governance.head import HeadFile
from diban.governance.ledger_tables import audit_line
from diban.governance.seal import seal_pending
from diban.governance.signing import FileSigner
from diban.governance.verify import ChainVerdict, verify
from diban.store import Database, reading, unit

BY = By("acc_1", "pty_1", "req_1")
Rows = list[dict[str, Any]]


class Ledger:
    """A database with its head file and signing key."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.signer = FileSigner.make(folder / "audit.key")
        self.heads = HeadFile(folder / "audit" / "head.json")

    def write(self, count: int, subject: str = "thing") -> None:
        """Write lines, ``count`` of them in one act."""
        with unit(self.database) as act:
            for number in range(count):
                BY.note(act, "thing.change", f"{subject}_{number}", {"number": number})

    def seal(self) -> int:
        return seal_pending(self.database, self.signer, self.heads)

    def verify(self) -> ChainVerdict:
        head = self.heads.read()
        with reading(self.database) as connection:
            return verify(connection, head, self.signer.public)

    def found(self) -> list[tuple[str, int, int]]:
        """What the verifier names: kind, first and last position."""
        return [(found.kind.value, found.first, found.last) for found in self.verify().breaks]

    def rows(self) -> Rows:
        """All lines by position, then those without one."""
        with reading(self.database) as connection:
            order = sa.select(audit_line).order_by(audit_line.c.position.is_(None), audit_line.c.position)
            return [dict(row._mapping) for row in connection.execute(order)]

    def tamper(self, change: Callable[[Rows], Rows | None]) -> None:
        """Replace all lines by what ``change`` makes of them (it may change them in place)."""
        rows = self.rows()
        changed = change(rows)
        with unit(self.database) as act:
            act.connection.execute(sa.delete(audit_line))
            act.connection.execute(sa.insert(audit_line), rows if changed is None else changed)


def exchange(rows: Rows, one: int, other: int, names: tuple[str, ...]) -> None:
    """Exchange some columns of the lines at two positions."""
    a, b = rows[one - 1], rows[other - 1]
    for name in names:
        a[name], b[name] = b[name], a[name]
