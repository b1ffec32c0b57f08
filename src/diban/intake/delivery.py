"""Deliveries (交付): what an agency sent, unchanged, and where it stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from diban.ground import (
    AccountId,
    Conflict,
    DeliveryId,
    IllegalMove,
    LayerId,
    Missing,
    Mode,
    PartyId,
    ResourceId,
    Text,
    VersionId,
    instant,
    micros,
    new_id,
    now,
)
from diban.intake.delivery_state import NEXT, DeliveryState
from diban.intake.tables import delivery, delivery_move
from diban.store import Unit


@dataclass(frozen=True, slots=True)
class Sent:
    """What a sender says of a file, and what was stored of it.

    ``key`` is the idempotency key; ``crs`` the sender's word on the coordinates; ``source_layer``
    which layer of the file is meant, ``header`` whether the first row of a table names its columns (None: not
    said); a ``dry_run`` is examined and compared and never lands;
    ``accept_repairs`` tells whether proposed repairs of geometry may land;
    ``mapping`` is the version of the layer's mapping that is used.
    """

    key: str
    resource: ResourceId
    layer: LayerId
    party: PartyId
    sender: AccountId
    file_name: str
    digest: str
    size: int
    mode: Mode = Mode.FULL
    source_layer: str | None = None
    crs: str | None = None
    dry_run: bool = False
    accept_repairs: bool = False
    header: bool | None = None
    mapping: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery: what was sent, its state, the report on it and what it would change or changed.

    ``question`` is what the sender was asked (see `Detection.as_json`), ``answer`` the word that came:
    ``crs``, ``by`` whom, ``at`` which microsecond.
    """

    id: DeliveryId
    sent: Sent
    state: DeliveryState
    received_at: datetime
    moved_at: datetime
    report: dict[str, Any] | None
    changes: dict[str, Any] | None
    version: VersionId | None
    question: dict[str, Any] | None = None
    answer: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class DeliveryMove:
    """A step that a delivery took: when, to which state, by whose hand, why."""

    at: datetime
    to: DeliveryState
    by: str
    why: str


class Deliveries:
    """The register of deliveries; who may call what is asked of governance beforehand."""

    def open(self, unit: Unit, sent: Sent) -> Delivery:
        """Register a delivery whose bytes are stored; the same key again is the same delivery.

        `Conflict` when the key was used for other bytes or another layer.
        """
        made = DeliveryId(new_id("dlv"))
        values = {name: getattr(sent, name) for name in Sent.__slots__}
        values |= {"mode": sent.mode.value}
        state, at = DeliveryState.RECEIVED.value, micros(now())
        make = sqlite.insert if unit.connection.dialect.name == "sqlite" else postgresql.insert
        values |= {"received_at": at, "moved_at": at, "findings": 0, "repairs": 0}
        statement = make(delivery).values(id=made, state=state, **values)
        # Two may open the same key at once: the second waits for the first, then reads what it wrote.
        unit.connection.execute(statement.on_conflict_do_nothing(index_elements=["key"]))
        known = self._first(unit.connection, delivery.c.key == sent.key)
        assert known is not None, "it was written just now, by this act or before"
        if known.id == made:
            self._note(unit, made, None, DeliveryState.RECEIVED, sent.sender, "")
        elif not _same(known.sent, sent):
            raise Conflict(
                Text(zh="该幂等键已用于另一份交付", en="the key was used for another delivery"),
                field="key",
                remedy=Text(zh="换用新的幂等键", en="use a fresh key"),
            )
        return known

    def move(
        self,
        unit: Unit,
        seen: Delivery,
        to: DeliveryState,
        by: AccountId,
        why: str,
        *,
        report: dict[str, Any] | None = None,
        changes: dict[str, Any] | None = None,
        version: VersionId | None = None,
        question: dict[str, Any] | None = None,
        answer: dict[str, Any] | None = None,
    ) -> Delivery:
        """Move a delivery on from the state in which it was seen, keeping what is now known of it.

        `IllegalMove` when there is no such step, `Conflict` when somebody else moved it first.
        """
        if to not in NEXT[seen.state]:
            raise IllegalMove(
                Text(
                    zh=f"“{seen.state.words.zh}”之后不能“{to.words.zh}”",
                    en=f"{seen.state} cannot become {to}",
                ),
                field="state",
                limit=", ".join(sorted(NEXT[seen.state])) or "–",
            )
        known: dict[str, Any] = {"state": to.value, "moved_at": micros(now())}
        written = {"report": report, "changes": changes, "question": question, "answer": answer}
        for name, value in written.items():
            if value is not None:
                known[name] = orjson.dumps(value).decode()
        if report is not None:  # what a list tells, so that it need not read the report
            known |= {"score": report.get("score"), "findings": len(report.get("findings", []))}
            known["repairs"] = report.get("repairs", 0)
        if version is not None:
            known["version"] = version
        changed = unit.connection.execute(
            sa.update(delivery)
            .where(delivery.c.id == seen.id, delivery.c.state == seen.state.value)
            .values(known)
        )
        if changed.rowcount == 0:
            raise Conflict(
                Text(zh="该交付已由他人处理", en="somebody else has moved this delivery"),
                field=seen.id,
                remedy=Text(zh="查看该交付的状态", en="look at the state of the delivery"),
            )
        self._note(unit, seen.id, seen.state, to, by, why)
        return self.get(unit.connection, seen.id)

    def accept_repairs(self, unit: Unit, seen: Delivery) -> None:
        """Keep the sender's word that proposed repairs may land, given after the file was sent."""
        unit.connection.execute(
            sa.update(delivery).where(delivery.c.id == seen.id).values(accept_repairs=True)
        )

    def landed_before(self, connection: sa.Connection, layer: LayerId) -> Delivery | None:
        """The delivery with rows that landed last in a layer; None when there is none."""
        rows = connection.execute(
            sa.select(delivery)
            .where(delivery.c.layer == layer, delivery.c.state == DeliveryState.LANDED.value)
            .where(delivery.c.mode != Mode.UNCHANGED.value)
            .order_by(delivery.c.moved_at.desc(), delivery.c.id.desc())
            .limit(1)
        )
        return next((_delivery(row._mapping) for row in rows), None)

    def free_key(self, connection: sa.Connection, wanted: str, *, again: bool) -> str:
        """The key under which a sending goes on, when ``wanted`` names its file and what was said of it.

        A sending that has not ended goes on under its own key, and one that landed is answered again.
        What was returned, and what is to land ``again``, is sent anew under a numbered key.
        """
        numbered = sa.or_(delivery.c.key == wanted, delivery.c.key.startswith(f"{wanted}:", autoescape=True))
        earlier = connection.execute(
            sa.select(delivery.c.key, delivery.c.state)
            .where(numbered)
            .order_by(delivery.c.received_at.desc(), delivery.c.id.desc())
        ).all()
        if not earlier:
            return wanted
        state = DeliveryState(earlier[0].state)
        answered = state is DeliveryState.LANDED and not again
        return str(earlier[0].key) if answered or not state.ended else f"{wanted}:{len(earlier)}"

    def blank(self, unit: Unit, seen: Delivery) -> None:
        """Let go of what a delivery holds of its data; one that has not ended is withdrawn.

        The report quotes values, the question shows where features lie, the file's name may tell more.
        """
        state = seen.state if seen.state.ended else DeliveryState.WITHDRAWN
        unit.connection.execute(
            sa.update(delivery)
            .where(delivery.c.id == seen.id)
            .values(
                report=None,
                score=None,
                findings=0,
                repairs=0,
                question=None,
                answer=None,
                file_name="",
                state=state.value,
                moved_at=micros(now()),
            )
        )
        if state is not seen.state:
            self._note(unit, seen.id, seen.state, state, "expunge", "")

    def reported(self, connection: sa.Connection, layer: LayerId) -> list[DeliveryId]:
        """The deliveries to a layer that have a report."""
        rows = connection.execute(
            sa.select(delivery.c.id).where(delivery.c.layer == layer, delivery.c.report.is_not(None))
        )
        return [DeliveryId(row.id) for row in rows]

    def keep_report(self, unit: Unit, seen: Delivery, report: dict[str, Any]) -> None:
        """Put another report in the place of a delivery's; nothing else of it changes."""
        unit.connection.execute(
            sa.update(delivery).where(delivery.c.id == seen.id).values(report=orjson.dumps(report).decode())
        )

    def get(self, connection: sa.Connection, delivery_id: DeliveryId) -> Delivery:
        """The delivery of that id; `Missing` when there is none."""
        found = self._first(connection, delivery.c.id == delivery_id)
        if found is None:
            raise Missing(
                Text(zh=f"没有交付 {delivery_id}", en=f"there is no delivery {delivery_id}"), field="delivery"
            )
        return found

    def of_resource(self, connection: sa.Connection, resource: ResourceId, limit: int = 50) -> list[Delivery]:
        """The latest deliveries of a resource, newest first."""
        rows = connection.execute(
            sa.select(delivery)
            .where(delivery.c.resource == resource)
            .order_by(delivery.c.received_at.desc(), delivery.c.id.desc())
            .limit(limit)
        )
        return [_delivery(row._mapping) for row in rows]

    def of_key(self, connection: sa.Connection, key: str) -> Delivery | None:
        """The delivery that was opened under this idempotency key."""
        return self._first(connection, delivery.c.key == key)

    def page(
        self,
        connection: sa.Connection,
        limit: int,
        *,
        parties: Collection[PartyId] | None = None,
        resource: ResourceId | None = None,
        states: Collection[DeliveryState] = (),
        before: str | None = None,
    ) -> list[Delivery]:
        """Deliveries that match all that is named, newest first, older than the id ``before``.

        ``parties`` None: of everyone. Ids grow with time, so that pages neither skip nor repeat.
        """
        asked = sa.select(delivery).order_by(delivery.c.id.desc()).limit(limit)
        if parties is not None:
            asked = asked.where(delivery.c.party.in_(sorted(parties)))
        if resource is not None:
            asked = asked.where(delivery.c.resource == resource)
        if states:
            asked = asked.where(delivery.c.state.in_([state.value for state in states]))
        if before is not None:
            asked = asked.where(delivery.c.id < before)
        return [_delivery(row._mapping) for row in connection.execute(asked)]

    def moves(self, connection: sa.Connection, delivery_id: DeliveryId) -> list[DeliveryMove]:
        """The steps that a delivery took, oldest first."""
        mine = sa.select(delivery_move).where(delivery_move.c.delivery == delivery_id)
        rows = connection.execute(mine.order_by(delivery_move.c.at, delivery_move.c.id))
        return [DeliveryMove(instant(row.at), DeliveryState(row.after), row.by, row.why) for row in rows]

    def in_state(self, connection: sa.Connection, *states: DeliveryState) -> list[Delivery]:
        """Deliveries in these states, oldest first: what waits for a person or was interrupted."""
        rows = connection.execute(
            sa.select(delivery)
            .where(delivery.c.state.in_([state.value for state in states]))
            .order_by(delivery.c.received_at, delivery.c.id)
        )
        return [_delivery(row._mapping) for row in rows]

    def of_digest(self, connection: sa.Connection, digest: str) -> list[Delivery]:
        """Every delivery of these bytes, for those who must know when they are expunged."""
        rows = connection.execute(sa.select(delivery).where(delivery.c.digest == digest))
        return [_delivery(row._mapping) for row in rows]

    def _first(self, connection: sa.Connection, condition: sa.ColumnElement[bool]) -> Delivery | None:
        row = connection.execute(sa.select(delivery).where(condition)).first()
        return None if row is None else _delivery(row._mapping)

    def _note(
        self,
        unit: Unit,
        made: DeliveryId,
        before: DeliveryState | None,
        after: DeliveryState,
        by: str,
        why: str,
    ) -> None:
        unit.connection.execute(
            sa.insert(delivery_move).values(
                id=new_id("dmv"),
                delivery=made,
                before=before,
                after=after.value,
                by=by,
                why=why,
                at=micros(now()),
            )
        )


def _same(known: Sent, sent: Sent) -> bool:
    """Whether these are one sending; what others add to it later does not count."""
    name, mapping, repairs = sent.file_name, sent.mapping, sent.accept_repairs
    return replace(known, file_name=name, sender=sent.sender, mapping=mapping, accept_repairs=repairs) == sent


def _delivery(row: sa.RowMapping) -> Delivery:
    plain = {name: row[name] for name in Sent.__slots__}
    sent = Sent(**{**plain, "mode": Mode(row["mode"])})
    return Delivery(
        id=DeliveryId(row["id"]),
        sent=sent,
        state=DeliveryState(row["state"]),
        received_at=instant(row["received_at"]),
        moved_at=instant(row["moved_at"]),
        report=None if row["report"] is None else orjson.loads(row["report"]),
        changes=None if row["changes"] is None else orjson.loads(row["changes"]),
        version=row["version"],
        question=None if row["question"] is None else orjson.loads(row["question"]),
        answer=None if row["answer"] is None else orjson.loads(row["answer"]),
    )
