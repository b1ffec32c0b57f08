"""Who is meant by an id: accounts and parties as documents name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from diban.governance import Account, Party
from diban.ground import AccountId, PartyId
from diban.share.services import Services

Named = dict[str, Any]


class Register:
    """All accounts and parties as of a moment, by id."""

    def __init__(self, services: Services, connection: sa.Connection) -> None:
        self.parties: Mapping[PartyId, Party] = {one.id: one for one in services.parties.list(connection)}
        self.accounts: Mapping[AccountId, Account] = {
            one.id: one for one in services.accounts.list(connection)
        }

    def closed(self, party: PartyId) -> bool:
        """Whether the party is closed."""
        known = self.parties.get(party)
        return known is not None and known.closed_at is not None

    def party(self, name: str) -> Named:
        """A party; an id that none has (``system``) stands for itself."""
        known = self.parties.get(PartyId(name))
        return {"id": name, "name": {"zh": name, "en": name} if known is None else known.name.as_json()}

    def account(self, name: str) -> Named:
        """An account; an id that none has (``system``) stands for itself."""
        known = self.accounts.get(AccountId(name))
        if known is None:
            return {"id": name, "login": name, "name": {"zh": name, "en": name}}
        return {"id": name, "login": known.login, "name": known.name.as_json()}
