"""The organisation tree: parties, their names through time, and who stands below whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from diban.governance.credit_code import check_credit_code
from diban.governance.party_closing import refuse_closed
from diban.governance.party_kind import PartyKind
from diban.governance.party_tables import insert_new, party, party_name
from diban.ground import Conflict, Invalid, Missing, PartyId, Text, instant, micros, new_id, now
from diban.store import Unit

NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Party:
    """A party under the name it had at the moment asked for; ``closed_at`` since when it is closed."""

    id: PartyId
    kind: PartyKind
    name: Text
    code: str | None
    parent: PartyId | None
    closed_at: datetime | None = None
    closed_why: str | None = None


@dataclass(frozen=True, slots=True)
class PartyName:
    """A name and from when to when it held; ``until`` is None for the present one."""

    name: Text
    since: datetime
    until: datetime | None


class Parties:
    """The register of parties; identity stays when a name changes."""

    def add(
        self,
        unit: Unit,
        kind: PartyKind,
        name: Text,
        *,
        code: str | None = None,
        parent: PartyId | None = None,
    ) -> Party:
        """Add a party below ``parent``; `Conflict` when its name or code is in use."""
        check_name(name)
        if code is not None:
            check_credit_code(code)
        if parent is not None:
            self.get(unit.connection, parent)
            refuse_closed(unit, parent, "parent")
        made = PartyId(new_id("party"))
        values = {"id": made, "kind": kind.value, "code": code, "parent": parent}
        named = self.find(unit.connection, name.zh) is not None
        if named or not insert_new(unit.connection, party, values):
            raise Conflict(
                Text(zh=f"机构“{name.zh}”或其代码已登记", en=f"the party {name.zh!r} or its code exists"),
                field="party",
                limit="unique",
                remedy=Text(zh="使用已登记的机构", en="use the one that exists"),
            )
        _name(unit, made, name, micros(now()))
        return Party(made, kind, name, code, parent)

    def rename(self, unit: Unit, party_id: PartyId, name: Text, since: datetime) -> None:
        """Let a new name hold from an instant on; the old one is kept with its time."""
        check_name(name)
        unit.connection.execute(sa.select(party.c.id).where(party.c.id == party_id).with_for_update())
        present = self.names(unit.connection, party_id)[-1]
        if since <= present.since:
            raise Invalid(
                Text(zh="新名称须晚于现名称生效", en="a new name begins after the present one began"),
                field="since",
                limit=present.since.isoformat(),
                remedy=Text(zh="写更晚的时间", en="give a later instant"),
            )
        unit.connection.execute(
            sa.update(party_name)
            .where(party_name.c.party == party_id, party_name.c.valid_to.is_(None))
            .values(valid_to=micros(since))
        )
        _name(unit, party_id, name, micros(since))

    def get(self, connection: sa.Connection, party_id: PartyId, at: datetime | None = None) -> Party:
        """The party, under its name at an instant (now by default); `Missing` when there is none."""
        found = _parties(connection, party.c.id == party_id, at)
        if not found:
            raise Missing(Text(zh=f"没有机构 {party_id}", en=f"there is no party {party_id}"), field="party")
        return found[0]

    def find(self, connection: sa.Connection, known: str) -> Party | None:
        """The party of an id, a credit code or a present Chinese name."""
        named = sa.or_(party.c.id == known, party.c.code == known, party_name.c.zh == known)
        found = _parties(connection, named, None)
        return found[0] if found else None

    def list(self, connection: sa.Connection, at: datetime | None = None) -> Sequence[Party]:
        """All parties in the order of their ids, under their names at an instant."""
        return _parties(connection, sa.true(), at)

    def names(self, connection: sa.Connection, party_id: PartyId) -> Sequence[PartyName]:
        """Every name a party has had, oldest first; `Missing` when there is no such party."""
        rows = connection.execute(
            sa.select(party_name).where(party_name.c.party == party_id).order_by(party_name.c.valid_from)
        ).all()
        if not rows:
            raise Missing(Text(zh=f"没有机构 {party_id}", en=f"there is no party {party_id}"), field="party")
        return tuple(
            PartyName(
                Text(zh=row.zh, en=row.en),
                instant(row.valid_from),
                None if row.valid_to is None else instant(row.valid_to),
            )
            for row in rows
        )

    def reach(self, connection: sa.Connection, party_id: PartyId) -> frozenset[PartyId]:
        """The party and those below it; a district's rows stay the district's, whoever stands above."""
        tree = sa.select(party.c.id).where(party.c.id == party_id).cte("tree", recursive=True)
        below = sa.select(party.c.id).join(tree, party.c.parent == tree.c.id)
        tree = tree.union(below.where(party.c.kind != PartyKind.DISTRICT.value))
        return frozenset(PartyId(found) for found in connection.execute(sa.select(tree.c.id)).scalars())

    def lineage(self, connection: sa.Connection, party_id: PartyId) -> frozenset[PartyId]:
        """The parties it stands under, itself left out: what is granted to them is granted to it.

        Closed ones are left out, not what stands above them.
        """
        above = (
            sa.select(party.c.id, party.c.parent).where(party.c.id == party_id).cte("above", recursive=True)
        )
        above = above.union(sa.select(party.c.id, party.c.parent).join(above, party.c.id == above.c.parent))
        query = sa.select(above.c.id).join(party, party.c.id == above.c.id)
        found = connection.execute(query.where(above.c.id != party_id, party.c.closed_at.is_(None))).scalars()
        return frozenset(PartyId(each) for each in found)


def check_name(name: Text, field: str = "name") -> None:
    """Refuse a name that is empty or too long in either language."""
    if not all(0 < len(wording.strip()) <= NAME_LENGTH for wording in (name.zh, name.en)):
        raise Invalid(
            Text(zh="名称为空或过长", en="the name is empty or too long"),
            field=field,
            limit=NAME_LENGTH,
            remedy=Text(zh="中英文名称各 1–120 字", en="1 to 120 characters in Chinese and in English"),
        )


def _name(unit: Unit, party_id: PartyId, name: Text, since: int) -> None:
    unit.connection.execute(
        sa.insert(party_name).values(party=party_id, valid_from=since, zh=name.zh.strip(), en=name.en.strip())
    )


def _parties(
    connection: sa.Connection, where: sa.ColumnElement[bool], at: datetime | None
) -> tuple[Party, ...]:
    moment = micros(at or now())
    holds = sa.and_(
        party_name.c.valid_from <= moment,
        sa.or_(party_name.c.valid_to.is_(None), party_name.c.valid_to > moment),
    )
    query = sa.select(party, party_name.c.zh, party_name.c.en).join(party_name).where(where, holds)
    return tuple(
        Party(
            PartyId(row.id),
            PartyKind(row.kind),
            Text(zh=row.zh, en=row.en),
            row.code,
            None if row.parent is None else PartyId(row.parent),
            None if row.closed_at is None else instant(row.closed_at),
            row.closed_why,
        )
        for row in connection.execute(query.order_by(party.c.id))
    )
