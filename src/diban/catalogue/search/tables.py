"""The tables of the search index, on the store's metadata.

A source is one field of one layer (or a sort of text of resources) and shows one version of it. Its
names lie in segments that never change but for which of them are gone. A segment's names stand in
blocks, its postings by term.
"""

from __future__ import annotations

import sqlalchemy as sa

from diban.store import metadata

search_source = sa.Table(
    "search_source",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("version", sa.Text),
    sa.UniqueConstraint("subject", "field"),
)

search_segment = sa.Table(
    "search_segment",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("source", sa.BigInteger, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("names", sa.BigInteger, nullable=False),
    sa.Column("gone", sa.BigInteger, nullable=False),
)

search_part = sa.Table(
    "search_part",
    metadata,
    sa.Column("segment", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("part", sa.Text, primary_key=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
)

search_block = sa.Table(
    "search_block",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
)

search_posting = sa.Table(
    "search_posting",
    metadata,
    sa.Column("segment", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("term", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("places", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

search_resource = sa.Table(
    "search_resource",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("resource", sa.Text, nullable=False, unique=True),
)
