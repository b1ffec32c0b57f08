"""PostgreSQL's errors in the words of the one tree, for every act on a layer's tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa

from diban.ground import Invalid, Text
from diban.store import is_outage, translate


@contextmanager
def translating() -> Iterator[None]:
    """Raise `Unavailable` or `StorageFull` where the server fails, `Invalid` where it refuses a value."""
    try:
        yield
    except (sa.exc.DBAPIError, sa.exc.TimeoutError, psycopg.Error) as fault:
        if is_outage(fault):
            raise translate(fault) from fault
        original = getattr(fault, "orig", None) or fault
        # PostGIS reports what it cannot read as an internal error.
        if isinstance(original, psycopg.DataError | psycopg.errors.InternalError_):
            raise _refused(str(original)) from fault
        raise


def _refused(said: str) -> Invalid:
    reason = said.partition("\n")[0][:200]
    return Invalid(
        Text(zh=f"数据库拒绝了一个值：{reason}", en=f"the database refuses a value: {reason}"),
        field="value",
        remedy=Text(
            zh="检查空字符（U+0000）、超出范围的数值与未闭合的面",
            en="look for NUL characters, numbers out of range and rings that do not close",
        ),
    )
