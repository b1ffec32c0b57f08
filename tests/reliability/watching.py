"""A reader that never stops: it must only ever see one whole version or the next one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from diban.base import Query
from diban.ground import NOW, ContentHash, Unavailable
from tests.reliability.installation import Installation
from tests.reliability.invariants import ALL

PAUSE = 0.002


@dataclass
class Sight:
    """What the reader saw: how often it looked, the contents in their order ("" for an empty layer)."""

    looks: int = 0
    refused: int = 0
    contents: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def see(self, content: str) -> None:
        self.looks += 1
        if self.contents[-1:] != [content]:
            self.contents.append(content)


@contextmanager
def watching(installation: Installation, *, outages: bool = False) -> Iterator[Sight]:
    """Read the layer all the time, beside the block; raise at its end when anything was amiss.

    ``outages``: the database may be away for a while.
    """
    sight, stop = Sight(), threading.Event()
    layer = installation.layer

    def look_on() -> None:
        with installation.opened() as platform:
            while True:
                last = stop.is_set()
                try:
                    snapshot = platform.base.at(layer, NOW, ALL)
                    seen = ContentHash()
                    for hashes in snapshot.hashes():
                        seen = seen.plus(hashes)
                    rows = snapshot.count(Query())
                except Unavailable:
                    sight.refused += 1
                    stop.wait(0.02)
                else:
                    version = snapshot.version
                    if version is None:
                        sight.see("")
                    elif (str(version.content), version.rows) == (str(seen), rows):
                        sight.see(str(seen))
                    else:
                        sight.faults.append(f"a mixture: {rows} rows of {version}")
                        return
                if last:
                    return
                stop.wait(PAUSE)

    def guarded() -> None:
        try:
            look_on()
        except Exception as fault:  # noqa: BLE001 - told by the test, which fails with it
            sight.faults.append(repr(fault))

    thread = threading.Thread(target=guarded, name="watching")
    thread.start()
    try:
        yield sight
    finally:
        stop.set()
        thread.join()
    assert not sight.faults, sight.faults
    assert outages or not sight.refused, f"{sight.refused} reads were refused"
    assert len(set(sight.contents)) == len(sight.contents), f"went back and forth: {sight.contents}"
