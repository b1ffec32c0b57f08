"""The audit proved whole, or what is wrong with it; on record, as is what was taken of it."""

from __future__ import annotations

from contextlib import suppress

from diban.app.wiring import Platform
from diban.governance import Asker, ChainVerdict, Permission, may, seal_pending, verify
from diban.ground import Damaged
from diban.store import reading, unit

SUBJECT = "audit"


def prove(platform: Platform, asker: Asker) -> ChainVerdict:
    """Seal what waits, then read the whole chain again: about 30,000 lines a second."""
    may(asker, Permission.READ_AUDIT)
    with unit(platform.database) as act:
        asker.by().note(act, "audit.verify", SUBJECT)
    with suppress(Damaged):  # a cut or edited chain is never grown; the verdict tells what is wrong with it
        while seal_pending(platform.database, platform.signer, platform.heads):
            pass
    head = platform.heads.read()
    with reading(platform.database) as connection:
        return verify(connection, head, platform.signer.public)


def note_export(platform: Platform, lines: int, asker: Asker) -> None:
    """Put on record that audit lines were taken as a file."""
    may(asker, Permission.READ_AUDIT)
    with unit(platform.database) as act:
        asker.by().note(act, "audit.export", SUBJECT, {"lines": lines})
