"""Ten times the rows take no more memory, and who writes elsewhere on the disk does not notice."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pysqlite3
import pytest

from tests.base.embedded.samples import checked

pytestmark = [pytest.mark.battery, pytest.mark.timeout(1800)]

SMALL, LARGE = 500_000, 5_000_000


def loading(folder: Path, count: int) -> dict[str, Any]:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.base.embedded.loading", str(folder), str(count)],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def told(count: int, found: dict[str, Any]) -> str:
    rate = count / (found["seconds"] - found["source"]) / 1000
    spent = f"{found['seconds']:.1f} s, of which {found['source']:.1f} s making rows: {rate:.0f} k rows/s"
    return f"{count} rows: {spent}; peak {found['parent']} + {found['program']} MB"


class OtherWriter(threading.Thread):
    """Commits a small row every 10 ms, synced, as a login or an audit line does."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self._path = path
        self.done = threading.Event()
        self.waits: list[float] = []

    def run(self) -> None:
        connection = pysqlite3.connect(str(self._path), isolation_level=None)
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "CREATE TABLE t (x)"):
            connection.execute(statement).fetchall()
        while not self.done.wait(0.01):
            began = time.perf_counter()
            connection.execute("INSERT INTO t VALUES (?)", ("a line" * 50,))
            self.waits.append(time.perf_counter() - began)
        connection.close()

    def milliseconds(self, share: float) -> float:
        return sorted(self.waits)[int(len(self.waits) * share)] * 1000


def test_memory_stays_flat_and_other_writers_are_not_held_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "layers"
    small = loading(folder, SMALL)
    writer = OtherWriter(tmp_path / "other.sqlite")
    writer.start()
    large = loading(folder, LARGE)
    writer.done.set()
    writer.join()
    waits = [f"{writer.milliseconds(share):.1f}" for share in (0.5, 0.99)]
    lines = [told(SMALL, small), told(LARGE, large), f"another writer: p50 {waits[0]}, p99 {waits[1]} ms"]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
    checked(folder, large["storage"])
    assert large["parent"] + large["program"] <= 1.2 * (small["parent"] + small["program"])
    assert writer.milliseconds(0.99) <= 250
