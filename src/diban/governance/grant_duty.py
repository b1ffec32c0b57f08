"""Whose duty it is to give and withdraw grants, and who may look at those that were given.

The provider's approver gives and withdraws; the data bureau too where sharing is unconditional. Who
grants sees the grants on what it may grant; everybody's are seen by those who watch over access: the
security administrator, who reads the audit, and the data bureau, which coordinates sharing.
"""

from __future__ import annotations

from diban.catalogue import Resource, Sharing, State
from diban.governance.asker import Asker, may
from diban.governance.roles import Permission
from diban.ground import Missing, PartyId, Text

GIVING = (Permission.GRANT, Permission.GRANT_UNCONDITIONAL)
WATCHING = (Permission.ASSIGN_ROLES, Permission.READ_AUDIT, Permission.GRANT_UNCONDITIONAL)


def grants_on(asker: Asker, resource: Resource) -> bool:
    """Whether the asker gives and withdraws grants on this resource."""
    unconditional = resource.entry.sharing is Sharing.UNCONDITIONAL
    if unconditional and asker.allowed(Permission.GRANT_UNCONDITIONAL):
        return True
    return asker.allowed(Permission.GRANT, resource.entry.provider)


def may_grant(asker: Asker, resource: Resource, named: str) -> None:
    """Pass, or raise `Denied`; `Missing`, as for what nobody has, to whoever may not know of the resource.

    ``named`` is what was asked for.
    """
    if grants_on(asker, resource):
        return
    known = resource.state is State.PUBLISHED or resource.entry.provider in asker.reach
    if not known and not asker.allowed(Permission.SEE_ALL) and asker.account is not None:
        raise Missing(
            Text(zh=f"目录中没有“{named[:80]}”", en=f"nothing in the catalogue is {named[:80]!r}"),
            field="resource",
        )
    may(asker, Permission.GRANT, resource.entry.provider)


def may_give(asker: Asker) -> None:
    """Pass for whoever gives grants at all, or raise `Denied`."""
    if not any(permission in asker.permissions() for permission in GIVING):
        may(asker, Permission.GRANT)


def grants_seen(asker: Asker) -> frozenset[PartyId] | None:
    """On whose resources the asker sees the grants; None: on everybody's; `Denied` to who sees none."""
    if any(asker.allowed(permission) for permission in WATCHING):
        return None
    may_give(asker)
    return asker.parties_for(Permission.GRANT)


def sees_grants_of(asker: Asker, provider: PartyId) -> bool:
    """Whether the asker sees the grants on what this party provides."""
    return any(asker.allowed(permission) for permission in WATCHING) or asker.allowed(
        Permission.GRANT, provider
    )
