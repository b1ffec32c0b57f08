"""What is true about layers: which version is current, where its rows lie, what came before.

A layer's rows are true only by this control record; both engines share these tables.
"""

from __future__ import annotations

import sqlalchemy as sa

from diban.store import metadata

layer = sa.Table(
    "layer",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False, unique=True),
    sa.Column("schema_number", sa.BigInteger, nullable=False),
    sa.Column("current", sa.Text),
    sa.Column("current_seq", sa.BigInteger, nullable=False, default=0),
    sa.Column("next_seq", sa.BigInteger, nullable=False, default=1),
    sa.Column("next_fid", sa.BigInteger, nullable=False, default=1),
    sa.Column("next_slot", sa.BigInteger, nullable=False, default=1),
    sa.Column("storage", sa.Text, nullable=False),
    sa.Column("staging", sa.Text),
    sa.Column("staging_owner", sa.Text),
    sa.Column("staging_until", sa.BigInteger),
    sa.Column("created_at", sa.BigInteger, nullable=False),
)

layer_schema = sa.Table(
    "layer_schema",
    metadata,
    sa.Column("layer", sa.Text, sa.ForeignKey("layer.id"), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
)

layer_version = sa.Table(
    "layer_version",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("layer", sa.Text, sa.ForeignKey("layer.id"), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("parent", sa.Text),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("schema_number", sa.BigInteger, nullable=False),
    sa.Column("first_fid", sa.BigInteger, nullable=False),
    sa.Column("added", sa.BigInteger, nullable=False),
    sa.Column("changed", sa.BigInteger, nullable=False),
    sa.Column("removed", sa.BigInteger, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("extent", sa.Text),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("landed_at", sa.BigInteger),
    sa.UniqueConstraint("layer", "key"),
    sa.UniqueConstraint("layer", "seq"),
)

layer_tombstone = sa.Table(
    "layer_tombstone",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("layer", sa.Text, sa.ForeignKey("layer.id"), nullable=False, index=True),
    sa.Column("fid", sa.BigInteger, nullable=False),
    sa.Column("seq_from", sa.BigInteger, nullable=False),
    sa.Column("seq_to", sa.BigInteger),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)

layer_touched = sa.Table(
    "layer_touched",
    metadata,
    sa.Column("layer", sa.Text, sa.ForeignKey("layer.id"), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("fid", sa.BigInteger),
    sa.Column("before", sa.Boolean, nullable=False),
    sa.Column("cell", sa.BigInteger, nullable=False),
    sa.Column("west", sa.Double, nullable=False),
    sa.Column("south", sa.Double, nullable=False),
    sa.Column("east", sa.Double, nullable=False),
    sa.Column("north", sa.Double, nullable=False),
    sa.Index(None, "layer", "cell"),
)
