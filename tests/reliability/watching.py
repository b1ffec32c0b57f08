"""A reader beside that never stops: it must only ever see one whole version or the next one."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.installation import Installation


@dataclass
class Sight:
    """What the reader saw, filled in at its end: the contents in their order ("" for an empty layer)."""

    looks: int = 0
    away: int = 0
    contents: list[str] = field(default_factory=list)


@contextmanager
def watching(installation: Installation, folder: Path, *, outages: bool = False) -> Iterator[Sight]:
    """Read the layer in a process of its own while the block runs; fails when anything was amiss.

    ``outages``: the database may be away for a while.
    """
    sight, stop = Sight(), folder / f"stop-{secrets.token_hex(4)}"
    reader = installation.forge.call("watch", str(installation.home), installation.layer, str(stop))
    try:
        yield sight
    finally:
        stop.touch()
        ended = reader.wait()
        stop.unlink()
    assert ended.code == 0, f"the reader met {ended.err}"
    seen = ended.answer()
    assert not seen["mixture"], seen["mixture"]
    sight.looks, sight.away, sight.contents = seen["looks"], seen["away"], seen["contents"]
    assert sight.looks
    assert outages or not sight.away, f"{sight.away} reads were refused"
    assert len(set(sight.contents)) == len(sight.contents), f"went back and forth: {sight.contents}"
