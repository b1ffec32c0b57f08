"""Closing (注销): a party that is no more acts no longer, and nothing new is bound to it; its past stays.

Nobody signs in for a closed party and no key acts for it; nothing is granted to it, and what was granted
reaches neither it nor those below. Deliveries, evidence and audit keep its name. Opened again, keys and
grants hold as before; sessions stay ended.
"""

from __future__ import annotations

import sqlalchemy as sa

from diban.governance.party_tables import account, party, session
from diban.ground import Conflict, PartyId, Text, micros, now
from diban.store import Unit


def close_party(unit: Unit, party_id: PartyId, why: str) -> None:
    """Close it and end the sessions of its accounts; whether it may be closed is asked beforehand."""
    moment = micros(now())
    unit.connection.execute(
        sa.update(party).where(party.c.id == party_id).values(closed_at=moment, closed_why=why)
    )
    theirs = sa.select(account.c.id).where(account.c.party == party_id)
    open_ = sa.and_(session.c.account.in_(theirs), session.c.revoked_at.is_(None))
    unit.connection.execute(sa.update(session).where(open_).values(revoked_at=moment))


def reopen_party(unit: Unit, party_id: PartyId) -> None:
    """Let it act again."""
    unit.connection.execute(
        sa.update(party).where(party.c.id == party_id).values(closed_at=None, closed_why=None)
    )


def any_closed(connection: sa.Connection, *parties: PartyId) -> bool:
    """Whether one of them is closed."""
    query = sa.select(party.c.id).where(party.c.id.in_(parties), party.c.closed_at.is_not(None))
    return connection.execute(query.limit(1)).first() is not None


def refuse_closed(unit: Unit, party_id: PartyId, field: str = "party") -> None:
    """`Conflict` where something is to be bound to a closed party; it cannot be closed meanwhile."""
    query = sa.select(party.c.closed_at).where(party.c.id == party_id).with_for_update(read=True)
    if unit.connection.execute(query).scalar() is not None:
        raise is_closed(field)


def is_closed(field: str) -> Conflict:
    """The refusal to bind something to a closed party."""
    return Conflict(
        Text(zh="该机构已注销", en="the party is closed"),
        field=field,
        remedy=Text(
            zh="改用承接其职责的机构，或先恢复：diban party open",
            en="name the party that took over its duties, or open it again: diban party open",
        ),
    )
