"""Administration as `diban.share` asks for it: `Office` over one platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from diban.app.journeys.accounting import make_key, take_key
from diban.app.wiring import Platform
from diban.governance import Asker, Key


@dataclass(frozen=True, slots=True)
class Bureau:
    """Administration over HTTP: the same acts as on the command line."""

    platform: Platform

    def issue_key(
        self, asker: Asker, purpose: str, until: datetime, once: str | None
    ) -> tuple[Key, str | None]:
        return make_key(self.platform, purpose, until, asker, once)

    def revoke_key(self, asker: Asker, key: str) -> None:
        take_key(self.platform, key, asker)
