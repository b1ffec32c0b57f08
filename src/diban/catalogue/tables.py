"""The catalogue's tables, on the store's metadata."""

from __future__ import annotations

import sqlalchemy as sa

from diban.store import metadata

resource = sa.Table(
    "resource",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("slug", sa.Text, nullable=False, unique=True),
    sa.Column("code", sa.Text, unique=True),
    sa.Column("provider", sa.Text, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
    sa.Column("published_at", sa.BigInteger),
)

# What the entry declares of a layer stays in `entry`; here is what the base says of it.
resource_layer = sa.Table(
    "resource_layer",
    metadata,
    sa.Column("slug", sa.Text, primary_key=True),
    sa.Column("resource", sa.Text, sa.ForeignKey("resource.id"), nullable=False, index=True),
    sa.Column("layer", sa.Text, unique=True),
    sa.Column("version", sa.Text),
    sa.Column("rows", sa.BigInteger, nullable=False, default=0),
    sa.Column("extent", sa.Text),
    sa.Column("landed_at", sa.BigInteger),
)

resource_move = sa.Table(
    "resource_move",
    metadata,
    sa.Column("resource", sa.Text, sa.ForeignKey("resource.id"), primary_key=True),
    sa.Column("revision", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("before", sa.Text),
    sa.Column("after", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)

layer_style = sa.Table(
    "layer_style",
    metadata,
    sa.Column("layer", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("style", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)
