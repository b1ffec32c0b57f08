"""What is not well names the remedy, the same in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from diban.app import build, read_settings
from diban.app.readiness import readiness


def test_tables_that_are_behind_are_brought_up_by_a_restart(
    town_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diban.app.readiness.is_current", lambda _database: False)
    platform = build(read_settings(town_home))
    try:
        (tables,) = [part for part in readiness(platform) if part.name == "tables"]
    finally:
        platform.close()
    assert not tables.well
    assert tables.remedy is not None
    assert tables.remedy.zh.startswith("重新启动 diban serve")
    assert tables.remedy.en.startswith("restart diban serve")
