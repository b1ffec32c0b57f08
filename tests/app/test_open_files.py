"""How many connections a process takes follows from how many files it may open, and too few are told."""

from __future__ import annotations

import resource

import pytest

from diban.app.open_files import ENOUGH, KEPT, most_connections, raise_open_files, too_few


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[int, int]]:
    """The limit of this process, without changing it."""
    held = {"limit": (1024, 4096)}
    monkeypatch.setattr(resource, "getrlimit", lambda _of: held["limit"])
    monkeypatch.setattr(resource, "setrlimit", lambda _of, limit: held.update(limit=limit))
    return held


def test_the_limit_is_raised_and_files_are_left(limits: dict[str, tuple[int, int]]) -> None:
    assert most_connections() == 1024 - KEPT
    assert raise_open_files() == 4096
    assert limits["limit"] == (4096, 4096)
    assert most_connections() == 4096 - KEPT


def test_more_than_enough_is_not_taken(limits: dict[str, tuple[int, int]]) -> None:
    for hard in (1 << 20, resource.RLIM_INFINITY):
        limits["limit"] = (1024, hard)
        assert too_few(raise_open_files()) is None
        assert most_connections() == ENOUGH


def test_too_few_are_told_with_what_helps() -> None:
    words = too_few(4096)
    assert words is not None
    for said in (words.zh, words.en):
        assert str(4096 - KEPT) in said
        assert f"LimitNOFILE={KEPT + ENOUGH}" in said
