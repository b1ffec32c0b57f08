"""Embedded: the rows of layers in SQLite files, one file for each layer.

A first load writes a new file aside, in bulk and with a packed R*Tree, and moves it into place;
landings after it write short transactions; what ended moves to a past relation.

Not here: which file and which version is true: only the control record says so.

Imports: base's port and columns, ground, store; pyarrow, numpy, SQLAlchemy, pysqlite3, ADBC.
"""

from diban.base.embedded.rows import EmbeddedRows, open_embedded

__all__ = ["EmbeddedRows", "open_embedded"]
