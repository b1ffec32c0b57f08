"""Tables of the ledger: audit chain, evidence, use, grants, review decisions, expunge records."""

from __future__ import annotations

import sqlalchemy as sa

from diban.store import metadata


def _id(name: str = "id") -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _text(name: str, *, index: bool = False, absent: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=absent, index=index)


def _number(name: str, *, absent: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=absent)


_UNSEALED = sa.text("position IS NULL")

audit_line = sa.Table(
    "audit_line",
    metadata,
    _id(),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    *(_text(name) for name in ("actor", "party", "act")),
    _text("subject", index=True),
    _text("detail"),
    _text("request_id", index=True),
    # The seal, given after the commit by the one sealer; SM3 as hexadecimal text.
    sa.Column("position", sa.BigInteger, unique=True),
    *(_text(name, absent=True) for name in ("previous", "digest", "hash")),
    sa.Index("ix_audit_line_unsealed", "at", "id", sqlite_where=_UNSEALED, postgresql_where=_UNSEALED),
)

audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    _number("at"),
    *(_text(name) for name in ("hash", "key", "signature")),
)

evidence = sa.Table(
    "evidence",
    metadata,
    _id(),
    _number("at"),
    _text("kind"),
    _text("party"),
    _text("resource", absent=True),
    _text("delivery", absent=True),
    _number("due", absent=True),
    _text("value"),
    sa.Index("ix_evidence_party_at", "party", "at"),
    sa.Index("ix_evidence_resource_at", "resource", "at"),
)

use_sum = sa.Table(
    "use_sum",
    metadata,
    *(_id(name) for name in ("day", "resource", "layer", "block", "party", "key")),
    sa.Column("status", sa.BigInteger, primary_key=True, autoincrement=False),
    *(_number(name) for name in ("calls", "rows", "bytes")),
)

access_grant = sa.Table(
    "access_grant",
    metadata,
    _id(),
    _text("party", index=True),
    _text("layer", index=True),
    *(_text(name) for name in ("limits", "purpose", "basis", "given_by")),
    _number("given_at"),
    _number("until", absent=True),
    _number("revoked_at", absent=True),
    *(_text(name, absent=True) for name in ("revoked_by", "revoked_why")),
)

review_decision = sa.Table(
    "review_decision",
    metadata,
    _id("delivery"),
    *(_text(name) for name in ("resource", "sender", "party", "reasons", "policy")),
    _text("verdict", index=True),
    _number("opened_at"),
    _number("decided_at", absent=True),
    *(_text(name, absent=True) for name in ("decided_by", "why")),
)

expunge_record = sa.Table(
    "expunge_record",
    metadata,
    _id(),
    *(_text(name) for name in ("target", "reason", "state", "requested_by")),
    _number("requested_at"),
    _number("confirmed_at", absent=True),
    _number("done_at", absent=True),
    *(_text(name, absent=True) for name in ("confirmed_by", "counts")),
)

backup_affected = sa.Table(
    "backup_affected",
    metadata,
    _id(),
    sa.Column("expunge", sa.Text, sa.ForeignKey("expunge_record.id"), nullable=False, index=True),
    *(_text(name) for name in ("backup", "note")),
    _number("registered_at"),
)
