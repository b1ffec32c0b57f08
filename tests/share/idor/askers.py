"""Who asks: one of each sort."""

from __future__ import annotations

import sqlalchemy as sa

from diban.governance import Role, issue_key, revoke_key
from diban.ground import micros, now
from diban.store import unit
from tests.share.client import Client
from tests.share.town import Town

SORTS = {
    "nobody": "nobody, without a credential",
    "stranger": "a steward of an agency that was granted nothing",
    "granted": "a steward of an agency that was granted the layers",
    "owner": "the steward of the agency that provides them",
    "approver": "the approver of that agency",
    "reviewer": "the planning bureau, which decides on everybody's deliveries",
    "centre": "the spatial centre, which runs the platform",
    "overseer": "the data bureau, which oversees the catalogue",
    "system": "the system administrator",
    "security": "the security administrator",
    "audit": "the audit administrator",
    "key": "a program with a key of the owner",
    "revoked": "a program whose key of the owner was revoked",
    "expired": "a program whose key of the owner has expired",
}
"""Each sort with its words."""


def askers(town: Town) -> dict[str, Client]:
    """One of each sort, known to the town."""
    office = town.parties["housing"].id
    hired = {
        "approver": town.hire("approver", Role.APPROVER, office),
        "reviewer": town.hire("reviewer", Role.PLANNING_BUREAU),
        "centre": town.hire("centre", Role.SPATIAL_CENTRE),
    }
    place = town.account("centre").party
    for sort in ("system", "security", "audit"):
        hired[sort] = town.hire(sort, Role(f"{sort}_admin"), place)
    logins = {"stranger": "archive", "granted": "transport", "owner": "housing", "overseer": "bureau"}
    made = {
        "nobody": town.client(),
        **{sort: town.browser(login) for sort, login in logins.items()},
        **hired,
        "key": town.client("housing"),
        "revoked": _ended(town, revoked=True),
        "expired": _ended(town, revoked=False),
    }
    return {sort: made[sort] for sort in SORTS}


def _ended(town: Town, *, revoked: bool) -> Client:
    """A program whose key of the owner holds no longer."""
    client, holder = town.client(), town.account("housing")
    with unit(town.services.database) as act:
        key, text = issue_key(act, holder, holder.party, "tests", now().replace(year=now().year + 1))
        if revoked:
            revoke_key(act, key.id)
        else:
            ended = sa.text("UPDATE api_key SET until = :moment WHERE id = :key")
            act.connection.execute(ended, {"moment": micros(now()) - 1, "key": key.id})
        town.services.generation.bump(act)
    client.headers["X-API-Key"] = text
    return client
