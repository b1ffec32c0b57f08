"""Acts that are no command of their own, done in processes of the forge."""

from __future__ import annotations

import time
from pathlib import Path

from diban.app import Platform, build, read_settings, seal_once
from diban.base import Query
from diban.governance import By
from diban.ground import NOW, ContentHash, Fault, LayerId, Scope, Unavailable
from diban.store import unit

PAUSE = 0.002
AWAY = 0.02
NOTE = "trial.note"
LONG = 1000


def watch(home: str, layer: str, stop: str) -> dict[str, object]:
    """Read the layer until the file ``stop`` is there, and once more.

    Answers how often it looked, how often the database was away, the contents seen in their order
    ("" for an empty layer), and what was not one whole version.
    """
    platform: Platform | None = None
    contents: list[str] = []
    looks = away = 0
    last = False
    while not last:
        last = Path(stop).exists()
        try:
            platform = platform or build(read_settings(Path(home)))
            content, mixture = _look(platform, LayerId(layer))
        except Unavailable:
            away += 1
            time.sleep(AWAY)
            continue
        looks += 1
        if mixture:
            return {"mixture": mixture}
        if contents[-1:] != [content]:
            contents.append(content)
        time.sleep(PAUSE)
    return {"looks": looks, "away": away, "contents": contents, "mixture": ""}


def _look(platform: Platform, layer: LayerId) -> tuple[str, str]:
    snapshot = platform.base.at(layer, NOW, Scope.system("watch"))
    seen = ContentHash()
    for hashes in snapshot.hashes():
        seen = seen.plus(hashes)
    rows, version = snapshot.count(Query()), snapshot.version
    if version is None:
        return "", f"{rows} rows of no version" if rows else ""
    whole = (seen, rows) == (version.content, version.rows)
    return str(seen), "" if whole else f"{rows} rows, {seen}, of {version}"


def write_lines(home: str, count: int) -> tuple[int, str]:
    """Write audit lines, each in an act of its own, until so many are written or one is refused.

    Answers how many were confirmed, and the code of the refusal.
    """
    platform = build(read_settings(Path(home)))
    for number in range(count):
        try:
            with unit(platform.database) as act:
                By.system("reliability").note(act, NOTE, f"line {number}", {"text": "…" * LONG})
        except Fault as refused:
            return number, refused.code
    return count, ""


def tidy(home: str, layer: str) -> int:
    """Move all rows that ended to the past, as the worker does after a landing."""
    platform = build(read_settings(Path(home)))
    current = platform.base.current(LayerId(layer))
    moved = 0 if current is None else platform.base.tidy(current.layer, current.seq)
    platform.close()
    return moved


def seal(home: str, stop: str) -> int:
    """Seal what there is until the file ``stop`` is there, and once more; in how many goes."""
    platform = build(read_settings(Path(home)))
    goes, last = 0, False
    while not last:
        last = Path(stop).exists()
        goes += seal_once(platform)
    platform.close()
    return goes
