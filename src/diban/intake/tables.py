"""Uploads on their way in, deliveries and the steps they took."""

from __future__ import annotations

import sqlalchemy as sa

from diban.store import metadata

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("resource", sa.Text, nullable=False, index=True),
    sa.Column("layer", sa.Text, nullable=False),
    sa.Column("party", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("source_layer", sa.Text),
    sa.Column("crs", sa.Text),
    sa.Column("dry_run", sa.Boolean, nullable=False),
    sa.Column("accept_repairs", sa.Boolean, nullable=False),
    sa.Column("header", sa.Boolean),
    sa.Column("mapping", sa.Integer),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("report", sa.Text),
    sa.Column("score", sa.Integer),
    sa.Column("findings", sa.Integer, nullable=False),
    sa.Column("repairs", sa.Integer, nullable=False),
    sa.Column("changes", sa.Text),
    sa.Column("question", sa.Text),
    sa.Column("answer", sa.Text),
    sa.Column("version", sa.Text),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("moved_at", sa.BigInteger, nullable=False),
    sa.Index("ix_delivery_party_id", "party", "id"),
    sa.Index("ix_delivery_state_moved_at", "state", "moved_at"),
)

mapping = sa.Table(
    "mapping",
    metadata,
    sa.Column("layer", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)

delivery_move = sa.Table(
    "delivery_move",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("delivery", sa.Text, sa.ForeignKey("delivery.id"), nullable=False, index=True),
    sa.Column("before", sa.Text),
    sa.Column("after", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)

upload = sa.Table(
    "upload",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, nullable=False, index=True),
    sa.Column("party", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("length", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.Text),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("taken_at", sa.BigInteger),
)
