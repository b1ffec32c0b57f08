"""When a session or key was last used, written at most once a minute: reads do not write."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from diban.governance.asker import Asker, Via
from diban.governance.party_tables import api_key, session
from diban.ground import AccountId, instant, micros, now
from diban.store import Unit

TOUCH_EVERY = timedelta(minutes=1)


def touch_due(last_used: int | None, moment: int) -> bool:
    """Whether the last use that is written has become too old (both in microseconds)."""
    return last_used is None or moment - last_used >= TOUCH_EVERY // timedelta(microseconds=1)


def last_uses(connection: sa.Connection) -> dict[AccountId, datetime]:
    """When each account was last seen, signed in or through one of its keys, to the minute."""
    found: dict[AccountId, datetime] = {}
    for table in (session, api_key):
        asked = sa.select(table.c.account, sa.func.max(table.c.last_used)).where(
            table.c.last_used.is_not(None)
        )
        for name, moment in connection.execute(asked.group_by(table.c.account)):
            at, account = instant(moment), AccountId(name)
            found[account] = max(at, found.get(account, at))
    return found


def touch(unit: Unit, asker: Asker) -> None:
    """Write that the asker's session or key is in use; call it when `Asker.touch_due` says so."""
    table = {Via.SESSION: session, Via.KEY: api_key}.get(asker.via)
    if table is not None:
        mine = sa.update(table).where(table.c.id == asker.credential)
        unit.connection.execute(mine.values(last_used=micros(now())))
