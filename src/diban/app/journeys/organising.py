"""Parties and accounts from a spreadsheet, in one act."""

from __future__ import annotations

from diban.app.journeys.accounting import may_hand_out
from diban.app.wiring import Platform
from diban.governance import (
    Asker,
    OrganisationPlan,
    Party,
    PartyKind,
    Permission,
    add_organisation,
    may,
    plan_organisation,
)
from diban.ground import Conflict, PartyId, Text, now
from diban.store import unit


def import_organisation(platform: Platform, content: bytes, name: str, asker: Asker) -> OrganisationPlan:
    """Add what the sheet holds, all or nothing; the plan says what was added, or which rows are faulty."""
    may(asker, Permission.MANAGE_ACCOUNTS)
    plan = plan_organisation(platform.database, content, name)
    if plan.faults:
        return plan
    may_hand_out(asker, frozenset(role for account in plan.accounts for role in account.roles))
    with unit(platform.database) as act:
        add_organisation(act, plan)
        counts = {"parties": len(plan.parties), "accounts": len(plan.accounts)}
        asker.by().note(act, "organisation.import", name[:200], counts)
        platform.generation.bump(act)
    return plan


def add_party(
    platform: Platform, kind: PartyKind, name: Text, code: str | None, parent: PartyId | None, asker: Asker
) -> tuple[Party, bool]:
    """A party, and whether it is a new one: the same again changes nothing."""
    may(asker, Permission.MANAGE_ACCOUNTS)
    with unit(platform.database) as act:
        known = platform.parties.find(act.connection, name.zh)
        wanted = (kind, name, code, parent)
        if known is not None and (known.kind, known.name, known.code, known.parent) == wanted:
            return known, False
        made = platform.parties.add(act, kind, name, code=code, parent=parent)
        asker.by().note(act, "party.add", made.id, {"kind": kind.value, "parent": parent})
        platform.generation.bump(act)
    return made, True


def rename_party(platform: Platform, party: PartyId, name: Text, asker: Asker) -> Party:
    """Let a party have a new name from now on; that very name already changes nothing."""
    may(asker, Permission.MANAGE_ACCOUNTS)
    with unit(platform.database) as act:
        known = platform.parties.get(act.connection, party)
        if known.name == name:
            return known
        other = platform.parties.find(act.connection, name.zh)
        if other is not None and other.id != party:
            raise Conflict(
                Text(zh=f"机构“{name.zh}”已登记", en=f"the party {name.zh!r} exists"),
                field="name",
                limit="unique",
                remedy=Text(zh="换一个名称", en="choose another name"),
            )
        platform.parties.rename(act, party, name, now())
        asker.by().note(act, "party.rename", party)
        platform.generation.bump(act)
        return platform.parties.get(act.connection, party)
