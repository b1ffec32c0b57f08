"""Administration as `diban.share` asks for it: `Office` over one platform."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime

from diban.app.journeys.accounting import enter_user, make_key, new_password, set_roles, shut, take_key
from diban.app.journeys.condition import condition_of
from diban.app.journeys.granting import give_once, withdraw_grant
from diban.app.journeys.organising import add_party, rename_party, shut_party, unshut_party
from diban.app.journeys.proving import note_export, prove
from diban.app.journeys.tending import cancel_job, retry_job
from diban.app.wiring import Platform
from diban.governance import Asker, ChainVerdict, Key, Party, PartyKind, Role
from diban.ground import PartyId, Text, Unavailable
from diban.share import Condition, NewGrant


@dataclass(frozen=True, slots=True)
class Bureau:
    """Administration over HTTP: the same acts as on the command line."""

    platform: Platform
    proving: threading.Lock = field(default_factory=threading.Lock)

    def issue_key(
        self, asker: Asker, purpose: str, until: datetime, once: str | None
    ) -> tuple[Key, str | None]:
        return make_key(self.platform, purpose, until, asker, once)

    def revoke_key(self, asker: Asker, key: str) -> None:
        take_key(self.platform, key, asker)

    def add_person(
        self, asker: Asker, login: str, name: Text, party: str, roles: frozenset[Role]
    ) -> str | None:
        return enter_user(self.platform, login, name, party, roles, asker)

    def set_roles(self, asker: Asker, login: str, roles: frozenset[Role]) -> None:
        set_roles(self.platform, login, roles, asker)

    def set_open(self, asker: Asker, login: str, open_: bool) -> None:
        shut(self.platform, login, not open_, asker)

    def new_password(self, asker: Asker, login: str) -> str:
        return new_password(self.platform, login, asker)

    def add_party(
        self, asker: Asker, kind: PartyKind, name: Text, code: str | None, parent: PartyId | None
    ) -> tuple[Party, bool]:
        return add_party(self.platform, kind, name, code, parent, asker)

    def rename_party(self, asker: Asker, party: PartyId, name: Text) -> Party:
        return rename_party(self.platform, party, name, asker)

    def set_party_open(self, asker: Asker, party: PartyId, open_: bool, why: str) -> Party:
        if open_:
            return unshut_party(self.platform, party, asker)
        return shut_party(self.platform, party, why, asker)

    def give(self, asker: Asker, wanted: NewGrant, once: str | None) -> tuple[str, bool]:
        return give_once(self.platform, wanted, asker, once)

    def take_back(self, asker: Asker, grant: str, why: str) -> None:
        withdraw_grant(self.platform, grant, why, asker)

    def cancel_job(self, asker: Asker, job: str) -> None:
        cancel_job(self.platform, job, asker)

    def retry_job(self, asker: Asker, job: str) -> None:
        retry_job(self.platform, job, asker)

    def verify_audit(self, asker: Asker) -> ChainVerdict:
        if not self.proving.acquire(blocking=False):  # a long chain takes a core for as long as it is read
            raise Unavailable(
                Text(zh="正在核验", en="the chain is being verified"),
                field="audit",
                remedy=Text(zh="稍后再试", en="ask again in a moment"),
            )
        try:
            return prove(self.platform, asker)
        finally:
            self.proving.release()

    def note_export(self, asker: Asker, lines: int) -> None:
        note_export(self.platform, lines, asker)

    def condition(self, asker: Asker) -> Condition:
        return condition_of(self.platform, asker)
