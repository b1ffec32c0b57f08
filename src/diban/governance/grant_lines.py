"""Grants as they are looked through: filtered, counted, a page at a time, the newest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from diban.catalogue import Titled
from diban.governance.grants import Grant, grant_of
from diban.governance.ledger_tables import access_grant
from diban.ground import LayerId, PartyId, micros


class GrantState(Titled):
    """How a grant stands."""

    VALID = "valid", "有效", "valid"
    ENDED = "ended", "已到期", "ended"
    REVOKED = "revoked", "已撤销", "withdrawn"


@dataclass(frozen=True, slots=True)
class GrantsAsked:
    """Which grants are looked for, each None meaning any: to this party, on these layers, in this state."""

    party: PartyId | None = None
    layers: Collection[LayerId] | None = None
    state: GrantState | None = None


def state_of(grant: Grant, moment: datetime) -> GrantState:
    """How it stands at an instant."""
    if grant.revoked_at is not None:
        return GrantState.REVOKED
    return GrantState.ENDED if grant.until is not None and grant.until <= moment else GrantState.VALID


def find_grant(connection: sa.Connection, grant: str) -> Grant | None:
    """The grant of that id, None when there is none."""
    row = connection.execute(sa.select(access_grant).where(access_grant.c.id == grant)).first()
    return None if row is None else grant_of(row)


def grant_page(
    connection: sa.Connection, asked: GrantsAsked, moment: datetime, before: str | None, limit: int
) -> list[Grant]:
    """At most ``limit`` of them, newest first, behind the id ``before``; states as of ``moment``."""
    query = sa.select(access_grant).where(*_where(asked, moment))
    if before is not None:
        query = query.where(access_grant.c.id < before)
    rows = connection.execute(query.order_by(access_grant.c.id.desc()).limit(limit))
    return [grant_of(row) for row in rows]


def count_grants(connection: sa.Connection, asked: GrantsAsked, moment: datetime) -> int:
    """How many there are."""
    query = sa.select(sa.func.count()).select_from(access_grant).where(*_where(asked, moment))
    return connection.execute(query).scalar_one()


def grants_by_party(connection: sa.Connection, moment: datetime) -> Mapping[PartyId, int]:
    """How many valid ones each party holds."""
    party = access_grant.c.party
    query = sa.select(party, sa.func.count()).where(*_where(GrantsAsked(state=GrantState.VALID), moment))
    return {PartyId(row[0]): row[1] for row in connection.execute(query.group_by(party))}


def granted_pairs(
    connection: sa.Connection, layers: Collection[LayerId] | None
) -> frozenset[tuple[PartyId, LayerId]]:
    """To which party something of which of these layers (None: of any) was ever granted."""
    held = access_grant.c
    query = sa.select(held.party, held.layer).distinct()
    if layers is not None:
        query = query.where(held.layer.in_(sorted(layers)))
    return frozenset((PartyId(row.party), LayerId(row.layer)) for row in connection.execute(query))


def _where(asked: GrantsAsked, moment: datetime) -> list[sa.ColumnElement[bool]]:
    held = access_grant.c
    conditions: list[sa.ColumnElement[bool]] = []
    if asked.party is not None:
        conditions.append(held.party == asked.party)
    if asked.layers is not None:
        conditions.append(held.layer.in_(sorted(asked.layers)))
    if asked.state is GrantState.REVOKED:
        conditions.append(held.revoked_at.is_not(None))
    elif asked.state is not None:
        open_end = sa.or_(held.until.is_(None), held.until > micros(moment))
        conditions += [
            held.revoked_at.is_(None),
            open_end if asked.state is GrantState.VALID else sa.not_(open_end),
        ]
    return conditions
