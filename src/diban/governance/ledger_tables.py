"""Tables of the ledger: audit chain, evidence, use, grants, review decisions, expunge records."""

from __future__ import annotations

import sqlalchemy as sa

from diban.store import metadata

_UNSEALED = sa.text("position IS NULL")

audit_line = sa.Table(
    "audit_line",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("party", sa.Text, nullable=False),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False, index=True),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("request_id", sa.Text, nullable=False, index=True),
    # The seal, given after the commit by the one sealer; SM3 as hexadecimal text.
    sa.Column("position", sa.BigInteger, unique=True),
    sa.Column("previous", sa.Text),
    sa.Column("digest", sa.Text),
    sa.Column("hash", sa.Text),
    sa.Index("ix_audit_line_unsealed", "id", sqlite_where=_UNSEALED, postgresql_where=_UNSEALED),
)

audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("signature", sa.Text, nullable=False),
)

evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("party", sa.Text, nullable=False),
    sa.Column("resource", sa.Text),
    sa.Column("delivery", sa.Text),
    sa.Column("due", sa.BigInteger),
    sa.Column("value", sa.Text, nullable=False),
    sa.Index("ix_evidence_party_at", "party", "at"),
    sa.Index("ix_evidence_resource_at", "resource", "at"),
)

use_sum = sa.Table(
    "use_sum",
    metadata,
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("resource", sa.Text, primary_key=True),
    sa.Column("layer", sa.Text, primary_key=True),
    sa.Column("block", sa.Text, primary_key=True),
    sa.Column("party", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("status", sa.BigInteger, primary_key=True),
    sa.Column("calls", sa.BigInteger, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
)

access_grant = sa.Table(
    "access_grant",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("party", sa.Text, nullable=False, index=True),
    sa.Column("layer", sa.Text, nullable=False, index=True),
    sa.Column("limits", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Column("given_by", sa.Text, nullable=False),
    sa.Column("given_at", sa.BigInteger, nullable=False),
    sa.Column("revoked_by", sa.Text),
    sa.Column("revoked_at", sa.BigInteger),
    sa.Column("revoked_why", sa.Text),
)

review_decision = sa.Table(
    "review_decision",
    metadata,
    sa.Column("delivery", sa.Text, primary_key=True),
    sa.Column("resource", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("party", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False, index=True),
    sa.Column("reasons", sa.Text, nullable=False),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("opened_at", sa.BigInteger, nullable=False),
    sa.Column("decided_at", sa.BigInteger),
    sa.Column("decided_by", sa.Text),
    sa.Column("why", sa.Text),
)

expunge_record = sa.Table(
    "expunge_record",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("requested_by", sa.Text, nullable=False),
    sa.Column("requested_at", sa.BigInteger, nullable=False),
    sa.Column("confirmed_by", sa.Text),
    sa.Column("confirmed_at", sa.BigInteger),
    sa.Column("done_at", sa.BigInteger),
    sa.Column("counts", sa.Text),
)

backup_affected = sa.Table(
    "backup_affected",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("expunge", sa.Text, sa.ForeignKey("expunge_record.id"), nullable=False, index=True),
    sa.Column("backup", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("registered_at", sa.BigInteger, nullable=False),
)
