"""The server engine: rows of layers in PostgreSQL with PostGIS, behind the port `RowStore`.

`open_postgis` prepares a database (extension, schema ``board``) and answers a `PostgisRows`. Two
tables a layer hold its live and its past rows; bulk rows go in by binary COPY on two connections.

Not here: which version is current, what a row means, what may be seen (all that is written once,
in `diban.base`).

Imports: ground, store, the port; SQLAlchemy, psycopg, pyarrow, numpy.
"""

from diban.base.postgis.opening import open_postgis
from diban.base.postgis.rows import PostgisRows

__all__ = ["PostgisRows", "open_postgis"]
