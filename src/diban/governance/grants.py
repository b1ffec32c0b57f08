"""Grants: which party may see what of a layer, why, on which basis, until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from diban.governance.audit import By
from diban.governance.ledger_tables import access_grant
from diban.governance.limits import limits_from_json, limits_json
from diban.governance.party_closing import refuse_closed
from diban.ground import (
    Conflict,
    Invalid,
    LayerId,
    LayerScope,
    Missing,
    PartyId,
    Text,
    TooLarge,
    instant,
    micros,
    new_id,
    now,
)
from diban.store import Generation, Unit

MAX_LIMITS = 65_536


@dataclass(frozen=True, slots=True)
class Grant:
    """What ``party`` may see of ``layer``; it holds until it is revoked or ``until`` has come.

    ``basis`` is what it was decided on: a request's id, or the rule that makes it unconditional.
    """

    id: str
    party: PartyId
    layer: LayerId
    limits: LayerScope
    purpose: str
    basis: str
    until: datetime | None
    given_by: str
    given_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None
    revoked_why: str | None


class Grants:
    """Give and revoke; each moves the `Generation`, so that every process sees it within a second."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    def give(
        self,
        unit: Unit,
        by: By,
        *,
        party: PartyId,
        layer: LayerId,
        limits: LayerScope,
        purpose: str,
        basis: str,
        until: datetime | None = None,
    ) -> str:
        """Grant, with its audit line; answers the grant's id."""
        moment, made = now(), new_id("gra")
        written = orjson.dumps(limits_json(limits)).decode()
        _check(limits, written, purpose, until, moment)
        refuse_closed(unit, party)
        unit.connection.execute(
            sa.insert(access_grant).values(
                id=made,
                party=party,
                layer=layer,
                limits=written,
                purpose=purpose,
                basis=basis,
                until=None if until is None else micros(until),
                given_by=by.actor,
                given_at=micros(moment),
            )
        )
        by.note(unit, "grant.give", made, {"party": party, "layer": layer, "basis": basis})
        self._generation.bump(unit)
        return made

    def revoke(self, unit: Unit, by: By, grant: str, why: str) -> None:
        """Revoke, with its audit line; of two at once one wins, the other gets `Conflict`."""
        changed = unit.connection.execute(
            sa.update(access_grant)
            .where(access_grant.c.id == grant, access_grant.c.revoked_at.is_(None))
            .values(revoked_by=by.actor, revoked_at=micros(now()), revoked_why=why)
        )
        if changed.rowcount == 0:
            raise self._not_revocable(unit, grant)
        by.note(unit, "grant.revoke", grant)
        self._generation.bump(unit)

    def _not_revocable(self, unit: Unit, grant: str) -> Conflict | Missing:
        known = unit.connection.execute(sa.select(access_grant.c.id).where(access_grant.c.id == grant))
        if known.first() is None:
            return Missing(Text(zh="没有这项授权", en="no such grant"), field=grant)
        return Conflict(Text(zh="授权已被撤销", en="the grant was revoked already"), field=grant)


def list_grants(
    connection: sa.Connection,
    *,
    parties: Iterable[PartyId] | None = None,
    layer: LayerId | None = None,
    valid_at: datetime | None = None,
) -> list[Grant]:
    """Grants to any of these parties, on this layer, that hold at this instant; oldest first."""
    asked = sa.select(access_grant).order_by(access_grant.c.given_at, access_grant.c.id)
    if parties is not None:
        asked = asked.where(access_grant.c.party.in_(sorted(set(parties))))
    if layer is not None:
        asked = asked.where(access_grant.c.layer == layer)
    if valid_at is not None:
        open_end = access_grant.c.until.is_(None) | (access_grant.c.until > micros(valid_at))
        kept = access_grant.c.revoked_at.is_(None) | (access_grant.c.revoked_at > micros(valid_at))
        asked = asked.where(access_grant.c.given_at <= micros(valid_at), open_end, kept)
    return [grant_of(row) for row in connection.execute(asked)]


def grant_of(row: sa.Row[Any]) -> Grant:
    """A row of the table as a grant."""
    return Grant(
        id=row.id,
        party=PartyId(row.party),
        layer=LayerId(row.layer),
        limits=limits_from_json(orjson.loads(row.limits)),
        purpose=row.purpose,
        basis=row.basis,
        until=None if row.until is None else instant(row.until),
        given_by=row.given_by,
        given_at=instant(row.given_at),
        revoked_by=row.revoked_by,
        revoked_at=None if row.revoked_at is None else instant(row.revoked_at),
        revoked_why=row.revoked_why,
    )


def _check(limits: LayerScope, written: str, purpose: str, until: datetime | None, moment: datetime) -> None:
    if len(written) > MAX_LIMITS:
        raise TooLarge(
            Text(zh="授权范围过大", en="the limits are too long"), field="limits", limit=MAX_LIMITS
        )
    if limits_from_json(orjson.loads(written)) != limits:
        raise Invalid(Text(zh="授权范围不成立", en="the limits do not hold together"), field="limits")
    if not purpose.strip():
        raise Invalid(
            Text(zh="缺少使用目的", en="a grant states its purpose"),
            field="purpose",
            remedy=Text(zh="写明用途", en="say what the data is for"),
        )
    if until is not None and until <= moment:
        raise Invalid(
            Text(zh="截止时间已过", en="the end lies in the past"),
            field="until",
            limit=str(moment),
            remedy=Text(zh="给出将来的时间", en="give a time to come"),
        )
