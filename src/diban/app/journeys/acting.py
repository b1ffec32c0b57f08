"""From who asks to whom the audit names."""

from __future__ import annotations

from diban.governance import Asker, By


def acting(asker: Asker) -> By:
    """The account, party and request that an act is written to."""
    return By(asker.account or "anonymous", asker.party or "", asker.request)
