"""The audit: who did what to which thing, written in the act's own transaction or the act fails.

Lines hold ids, digests and numbers, never the data or a person's particulars, so that an
expunge never has to touch them. Once written, a line is sealed into the chain (`diban.governance.seal`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from diban.governance.ledger_tables import audit_line
from diban.ground import Text, TooLarge, instant, micros, new_id, now
from diban.store import Unit

MAX_DETAIL = 8192
SYSTEM = "system"

Detail = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class By:
    """On whose account an act is done: account id (or `SYSTEM`), the party acted for, the request."""

    actor: str
    party: str
    request_id: str

    @classmethod
    def system(cls, request_id: str = "") -> By:
        """The platform itself."""
        return cls(SYSTEM, SYSTEM, request_id)

    def note(self, unit: Unit, act: str, subject: str, detail: Mapping[str, Detail] | None = None) -> str:
        """`Audit.write` in this name."""
        return Audit.write(
            unit,
            actor=self.actor,
            party=self.party,
            act=act,
            subject=subject,
            request_id=self.request_id,
            detail=detail,
        )


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line as readers see it; ``position`` is None until it is sealed."""

    id: str
    at: datetime
    by: By
    act: str
    subject: str
    detail: dict[str, object]
    position: int | None


class Audit:
    """Write lines within an act, read them back for inspection."""

    @staticmethod
    def write(
        unit: Unit,
        *,
        actor: str,
        party: str,
        act: str,
        subject: str,
        request_id: str,
        detail: Mapping[str, Detail] | None = None,
    ) -> str:
        """Write a line in the act's `Unit` and answer its id; ``act`` is ``thing.verb``.

        ``TooLarge`` beyond `MAX_DETAIL` bytes of detail: a line names things, it does not hold them.
        """
        written = orjson.dumps(dict(detail or {}), option=orjson.OPT_SORT_KEYS)
        if len(written) > MAX_DETAIL:
            raise TooLarge(
                Text(zh="审计明细过长", en="the audit detail is too long"), field="detail", limit=MAX_DETAIL
            )
        line = new_id("aud")
        unit.connection.execute(
            sa.insert(audit_line).values(
                id=line,
                at=micros(now()),
                actor=actor,
                party=party,
                act=act,
                subject=subject,
                detail=written.decode(),
                request_id=request_id,
            )
        )
        return line

    @staticmethod
    def lines(
        connection: sa.Connection,
        *,
        subject: str | None = None,
        actor: str | None = None,
        request_id: str | None = None,
        act: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        before: str | None = None,
        limit: int = 100,
    ) -> list[AuditLine]:
        """Lines that match all that is named, newest first, older than the line id ``before``.

        ``act`` is one (``grant.give``) or all of a thing (``grant``); ``since`` is included, ``until`` not.
        """
        asked = sa.select(audit_line).order_by(audit_line.c.at.desc(), audit_line.c.id.desc()).limit(limit)
        wanted = {"subject": subject, "actor": actor, "request_id": request_id}
        for name, value in wanted.items():
            if value is not None:
                asked = asked.where(audit_line.c[name] == value)
        if act is not None:
            asked = asked.where(
                sa.or_(audit_line.c.act == act, audit_line.c.act.startswith(f"{act}.", autoescape=True))
            )
        if since is not None:
            asked = asked.where(audit_line.c.at >= micros(since))
        if until is not None:
            asked = asked.where(audit_line.c.at < micros(until))
        if before is not None:
            at = sa.select(audit_line.c.at).where(audit_line.c.id == before).scalar_subquery()
            asked = asked.where(sa.tuple_(audit_line.c.at, audit_line.c.id) < sa.tuple_(at, before))
        return [_line(row) for row in connection.execute(asked)]


def _line(row: sa.Row[tuple[object, ...]]) -> AuditLine:
    by = By(row.actor, row.party, row.request_id)
    detail = orjson.loads(row.detail)
    return AuditLine(row.id, instant(row.at), by, row.act, row.subject, detail, row.position)
