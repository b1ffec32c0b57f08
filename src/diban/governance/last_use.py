"""When a session or key was last used, written at most once a minute: reads do not write."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from diban.governance.asker import Asker, Via
from diban.governance.party_tables import api_key, session
from diban.ground import micros, now
from diban.store import Unit

TOUCH_EVERY = timedelta(minutes=1)


def touch_due(last_used: int | None, moment: int) -> bool:
    """Whether the last use that is written has become too old (both in microseconds)."""
    return last_used is None or moment - last_used >= TOUCH_EVERY // timedelta(microseconds=1)


def touch(unit: Unit, asker: Asker) -> None:
    """Write that the asker's session or key is in use; call it when `Asker.touch_due` says so."""
    table = {Via.SESSION: session, Via.KEY: api_key}.get(asker.via)
    if table is not None:
        mine = sa.update(table).where(table.c.id == asker.credential)
        unit.connection.execute(mine.values(last_used=micros(now())))
