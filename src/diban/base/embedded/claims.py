"""Who may write a layer: the newest claim only, asked in every transaction of a landing.

A process that lost its lease and wakes up late holds an old claim, so that not one row of it can
land after its successor began. A first load claims the empty file, since its own is not yet there.
"""

from __future__ import annotations

from typing import Any

from diban.base.embedded.writing import written
from diban.ground import Conflict, Text


def claim(connection: Any) -> int:
    """Claim the layer; waits for a transaction of the claim before to end."""
    with written(connection):
        connection.execute(
            "INSERT INTO meta VALUES ('claim', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"
        )
        return note(connection, "claim") or 0


def hold(connection: Any, held: int) -> None:
    """Within the caller's transaction: `Conflict` when somebody has claimed the layer since."""
    if note(connection, "claim") != held:
        raise Conflict(
            Text(zh="该图层的入库已由另一进程接手", en="another process has taken this landing over"),
            remedy=Text(zh="查看该次入库的结果", en="look how that landing ends"),
        )


def note(connection: Any, name: str) -> int | None:
    """What the file's ``meta`` says under this name."""
    found = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if found is None else int(found[0])
