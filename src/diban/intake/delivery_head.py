"""A delivery as a line in a list: what is told of many at once, without reading their reports."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from diban.ground import DeliveryId, LayerId, PartyId, ResourceId, instant, micros
from diban.intake.delivery_state import DeliveryState
from diban.intake.tables import delivery


@dataclass(frozen=True, slots=True)
class DeliveryHead:
    """What a list tells of a delivery: ``findings`` counts them, ``score`` is None until it was examined."""

    id: DeliveryId
    file_name: str
    resource: ResourceId
    layer: LayerId
    state: DeliveryState
    received_at: datetime
    moved_at: datetime
    dry_run: bool
    score: int | None
    findings: int


_COLUMNS = [delivery.c[name] for name in DeliveryHead.__slots__]


def heads_in(
    connection: sa.Connection,
    state: DeliveryState,
    parties: Collection[PartyId] | None,
    limit: int,
    *,
    last_of_layer: bool = False,
    to_repair: bool = False,
) -> tuple[int, list[DeliveryHead]]:
    """How many deliveries of these parties (None: of everyone) are in a state, and those longest in it.

    ``last_of_layer``: only where it is the last of its layer that these parties sent, trials left out;
    ``to_repair``: only where repairs are proposed that the sender did not accept beforehand.
    """
    wanted = [delivery.c.state == state.value]
    if parties is not None:
        wanted.append(delivery.c.party.in_(sorted(parties)))
    if last_of_layer:
        wanted.append(delivery.c.id.in_(_last(parties)))
    if to_repair:
        wanted += [delivery.c.repairs > 0, delivery.c.accept_repairs.is_(False)]
    count = connection.execute(sa.select(sa.func.count()).select_from(delivery).where(*wanted)).scalar_one()
    if not count:
        return 0, []
    asked = sa.select(*_COLUMNS).where(*wanted).order_by(delivery.c.moved_at, delivery.c.id).limit(limit)
    return int(count), [_head(row) for row in connection.execute(asked)]


def received_since(connection: sa.Connection, since: datetime, parties: Collection[PartyId] | None) -> int:
    """How many deliveries of these parties (None: of everyone) came since an instant, trials left out."""
    wanted = [delivery.c.received_at >= micros(since), delivery.c.dry_run.is_(False)]
    if parties is not None:
        wanted.append(delivery.c.party.in_(sorted(parties)))
    asked = sa.select(sa.func.count()).select_from(delivery).where(*wanted)
    return int(connection.execute(asked).scalar_one())


def heads_of(connection: sa.Connection, ids: Collection[DeliveryId]) -> dict[DeliveryId, DeliveryHead]:
    """These deliveries by id."""
    asked = sa.select(*_COLUMNS).where(delivery.c.id.in_(sorted(ids)))
    return {DeliveryId(row.id): _head(row) for row in connection.execute(asked)}


def last_heads(
    connection: sa.Connection, parties: Collection[PartyId], *states: DeliveryState
) -> list[DeliveryHead]:
    """The last delivery of each layer that these parties sent, trials left out; newest first.

    With ``states``: the last that is in one of them.
    """
    asked = sa.select(*_COLUMNS).where(delivery.c.id.in_(_last(parties, *states)))
    return [_head(row) for row in connection.execute(asked.order_by(delivery.c.id.desc()))]


def _last(parties: Collection[PartyId] | None, *states: DeliveryState) -> sa.Select[tuple[str]]:
    """The id of the last delivery of each layer."""
    sent = sa.select(sa.func.max(delivery.c.id)).where(delivery.c.dry_run.is_(False))
    if parties is not None:
        sent = sent.where(delivery.c.party.in_(sorted(parties)))
    if states:
        sent = sent.where(delivery.c.state.in_([state.value for state in states]))
    return sent.group_by(delivery.c.layer)


def _head(row: sa.Row[tuple[object, ...]]) -> DeliveryHead:
    times = {name: instant(row._mapping[name]) for name in ("received_at", "moved_at")}
    return DeliveryHead(**{**row._mapping, "state": DeliveryState(row.state), **times})
