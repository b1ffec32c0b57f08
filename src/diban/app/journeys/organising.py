"""Parties and accounts from a spreadsheet, in one act."""

from __future__ import annotations

from diban.app.journeys.accounting import may_hand_out
from diban.app.journeys.granting import public_party
from diban.app.journeys.reason import require_reason
from diban.app.wiring import Platform
from diban.catalogue import State
from diban.governance import (
    Asker,
    OrganisationPlan,
    Party,
    PartyKind,
    Permission,
    add_organisation,
    close_party,
    may,
    plan_organisation,
    reopen_party,
)
from diban.ground import Conflict, PartyId, Text, now
from diban.store import Unit, unit

MOST_SHOWN = 20
"""Resources that a refusal names."""
MOST_RESOURCES = 100_000


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


def shut_party(platform: Platform, party: PartyId, why: str, asker: Asker) -> Party:
    """Close a party that is no more; one that is closed already stays as it is.

    `Conflict` for the asker's own party, that of everybody, and one that is still responsible for resources.
    """
    may(asker, Permission.MANAGE_ACCOUNTS)
    given = require_reason(why, Text(zh="注销须写明理由", en="closing a party needs a reason"))
    with unit(platform.database) as act:
        known = platform.parties.get(act.connection, party)
        if known.closed_at is not None:
            return known
        if party in (asker.party, public_party(act.connection)):
            raise _not_this_one()
        close_party(act, party, given)  # before looking, so that nothing is entered meanwhile
        _refuse_responsible(platform, act, party)
        asker.by().note(act, "party.close", party)
        platform.generation.bump(act)
        return platform.parties.get(act.connection, party)


def unshut_party(platform: Platform, party: PartyId, asker: Asker) -> Party:
    """Let a closed party act again: its keys and grants hold, its people sign in anew."""
    may(asker, Permission.MANAGE_ACCOUNTS)
    with unit(platform.database) as act:
        known = platform.parties.get(act.connection, party)
        if known.closed_at is None:
            return known
        reopen_party(act, party)
        asker.by().note(act, "party.open", party)
        platform.generation.bump(act)
        return platform.parties.get(act.connection, party)


def _not_this_one() -> Conflict:
    return Conflict(
        Text(zh="不能注销自己的机构或社会公众", en="nobody closes their own party, or the public"),
        field="party",
        remedy=Text(zh="请其他机构的系统管理员办理", en="ask a system administrator of another party"),
    )


def _refuse_responsible(platform: Platform, act: Unit, party: PartyId) -> None:
    """`Conflict`, with their list, while the party provides resources."""
    held = platform.catalogue.list(act.connection, tuple(State), provider=party, limit=MOST_RESOURCES)
    if held:
        shown = [one.slug for one in held[:MOST_SHOWN]]
        rest = len(held) - len(shown)
        more = Text(zh=f" 等 {len(held)} 项", en=f" and {rest} more") if rest else Text(zh="", en="")
        raise Conflict(
            Text(
                zh=f"该机构仍负责 {len(held)} 项资源：{'、'.join(shown)}{more.zh}",
                en=f"the party is still responsible for resources ({len(held)}): {', '.join(shown)}{more.en}",
            ),
            field="resources",
            limit=len(held),
            remedy=Text(
                zh="由市级审核人先逐项移交：diban transfer 资源 --to 机构 --why 理由",
                en="have the city's approver transfer each: diban transfer RESOURCE --to PARTY --why REASON",
            ),
        )


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
