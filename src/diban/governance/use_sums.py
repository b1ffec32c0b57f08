"""Sums over the record of use, for those whose data were read and those who read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from diban.governance.ledger_tables import use_sum
from diban.governance.use_by import UseBy
from diban.ground import PartyId, ResourceId

_REFUSED = 400  # the least status that gave nothing


@dataclass(frozen=True, slots=True)
class UseSeen:
    """Which part of the record somebody may see: reads of these resources, and those by these parties."""

    resources: Collection[ResourceId]
    parties: Collection[PartyId]


@dataclass(frozen=True, slots=True)
class UseAsked:
    """Days of the city, both included; one resource's or one party's reads alone, where named."""

    since: date
    until: date
    resource: ResourceId | None = None
    party: PartyId | None = None


@dataclass(frozen=True, slots=True)
class UseSum:
    """What was read: answers given and refused, features and bytes in the former."""

    of: str
    calls: int
    refused: int
    rows: int
    bytes: int = field(default=0)


def use_sums(
    connection: sa.Connection, asked: UseAsked, by: UseBy, seen: UseSeen | None = None
) -> list[UseSum]:
    """One sum for each day, resource, party, service, key or status; days in order, else the most read first.

    ``seen`` None: the whole record. An empty name stands for reads without one: a refusal names no
    resource, a person no key.
    """
    of = use_sum.c[by.value]
    given = use_sum.c.status < _REFUSED
    sums = [
        _sum(use_sum.c.calls, given).label("calls"),
        _sum(use_sum.c.calls, sa.not_(given)).label("refused"),
        _sum(use_sum.c.rows, given).label("rows"),
        _sum(use_sum.c.bytes, given).label("bytes"),
    ]
    order = [of] if by is UseBy.DAY else [sa.desc("calls"), of]
    found = connection.execute(
        sa.select(of, *sums).where(*_conditions(asked, seen)).group_by(of).order_by(*order)
    )
    return [UseSum(str(row[0]), *(int(number) for number in row[1:])) for row in found]


def _sum(column: sa.Column[int], where: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    # SUM of BIGINT is NUMERIC on PostgreSQL; cast, both engines answer the same integers.
    return sa.cast(sa.func.sum(sa.case((where, column), else_=0)), sa.BigInteger)


def _conditions(asked: UseAsked, seen: UseSeen | None) -> list[sa.ColumnElement[bool]]:
    held: list[sa.ColumnElement[bool]] = [
        use_sum.c.day.between(asked.since.isoformat(), asked.until.isoformat())
    ]
    if asked.resource is not None:
        held.append(use_sum.c.resource == asked.resource)
    if asked.party is not None:
        held.append(use_sum.c.party == asked.party)
    if seen is not None:
        held.append(
            sa.or_(use_sum.c.resource.in_(sorted(seen.resources)), use_sum.c.party.in_(sorted(seen.parties)))
        )
    return held
