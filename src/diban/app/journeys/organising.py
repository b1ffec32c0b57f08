"""Parties and accounts from a spreadsheet, in one act."""

from __future__ import annotations

from diban.app.journeys.accounting import may_hand_out
from diban.app.wiring import Platform
from diban.governance import Asker, OrganisationPlan, Permission, add_organisation, may, plan_organisation
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
