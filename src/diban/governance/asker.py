"""Who asks, as a value; and whether they may."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from diban.catalogue import Move
from diban.governance.audit import By
from diban.governance.roles import BY_KEY, MATRIX, PERMISSION_OF, Permission, Reach, Role
from diban.ground import AccountId, Denied, PartyId, Text


class Via(StrEnum):
    """How the asker was recognised."""

    ANONYMOUS = "anonymous"
    SESSION = "session"
    KEY = "key"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the account (None for anyone), for which party, in which roles, in which request.

    ``reach`` is the party with those below it, districts left out; ``credential`` the id of the
    session or key; ``touch_due`` says that its last use should be written (`touch`); ``must_change``
    that a person has signed in with an initial password, and first sets their own.
    """

    account: AccountId | None
    party: PartyId | None
    roles: frozenset[Role]
    reach: frozenset[PartyId]
    via: Via
    request: str
    credential: str | None = None
    touch_due: bool = False
    must_change: bool = False

    @classmethod
    def anonymous(cls, request: str) -> Asker:
        """Someone who has not said who they are."""
        return cls(None, None, frozenset({Role.PUBLIC}), frozenset(), Via.ANONYMOUS, request)

    def by(self) -> By:
        """In whose name the audit keeps what the asker does."""
        return By(self.account or Via.ANONYMOUS.value, self.party or "", self.request)

    def permissions(self) -> dict[Permission, Reach]:
        """What the asker may do, and on whose things; by a key, people's decisions are left out."""
        found: dict[Permission, Reach] = {}
        for role in self.roles:
            for permission, reach in MATRIX[role].items():
                if (self.via is not Via.KEY or permission in BY_KEY) and found.get(permission) != Reach.ALL:
                    found[permission] = reach
        return found

    def allowed(self, permission: Permission, provider: PartyId | None = None) -> bool:
        """Whether `may` would pass."""
        reach = self.permissions().get(permission)
        return reach is Reach.ALL or (reach is Reach.OWN and provider in self.reach)

    def parties_for(self, permission: Permission) -> frozenset[PartyId] | None:
        """On whose things the asker may do it; None for everyone's."""
        reach = self.permissions().get(permission)
        if reach is Reach.ALL:
            return None
        return self.reach if reach is Reach.OWN else frozenset()


def may(asker: Asker, permission: Permission, provider: PartyId | None = None) -> None:
    """Pass, or raise `Denied`; acts that are bound to one's own party name whose thing it is."""
    if not asker.allowed(permission, provider):
        raise Denied(
            Text(zh=f"无权{permission.words.zh}", en=f"not allowed to {permission.words.en}"),
            field=permission.value,
            limit=", ".join(sorted(role.words.en for role in asker.roles)),
            remedy=Text(zh="请有此职责的机构办理", en="ask the party whose duty it is"),
        )


def may_move(asker: Asker, move: Move, provider: PartyId) -> None:
    """Pass when the asker is one of the move's hands for this provider, or raise `Denied`."""
    needed = sorted(PERMISSION_OF[hand] for hand in move.hands)
    if not any(asker.allowed(permission, provider) for permission in needed):
        may(asker, needed[0], provider)
