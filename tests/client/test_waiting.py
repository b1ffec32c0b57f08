"""Waiting for an outcome: what the work says last is heard, and an outcome is never waited for in vain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from diban.client import Progress
from diban.client import submitting as waiting
from diban.client.transport import Transport

CHECKED = {"name": "check", "title": {"zh": "读取并质检", "en": "read and checked"}, "done": 7, "total": 7}
OUTCOME = {
    "id": "dlv_1",
    "layer": "lots",
    "resource": "lots",
    "file_name": "lots.csv",
    "state": "tried",
    "state_title": {"zh": "已试", "en": "tried"},
    "dry_run": True,
    "score": 100,
    "rows": 7,
    "faulty_rows": 0,
    "findings": [],
    "question": None,
    "change": None,
    "version": None,
    "may": [],
}


class Scripted(Transport):
    """Answers looks at the progress one after the other, the last one again and again."""

    def __init__(self, *looks: dict[str, Any]) -> None:
        super().__init__("http://127.0.0.1:9", None, "en", 1.0, 1, True, False)
        self.looks = list(looks)

    def json(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        if not path.endswith("/progress"):
            return OUTCOME
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]


def look(state: str, work: str, *steps: dict[str, Any]) -> dict[str, Any]:
    return {"state": state, "work": work, "steps": list(steps)}


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "FIRST_LOOK", 0.001)


def test_the_last_steps_are_heard_after_the_outcome() -> None:
    transport = Scripted(
        look("received", "running"), look("tried", "running"), look("tried", "done", CHECKED)
    )
    told: list[Progress] = []
    delivery = waiting.wait_for(transport, "dlv_1", None, told.append)
    assert delivery.state == "tried"
    assert told == [Progress("check", "read and checked", 7, 7)]


def test_work_that_never_says_its_last_steps_is_not_waited_for() -> None:
    told: list[Progress] = []
    delivery = waiting.wait_for(Scripted(look("tried", "running")), "dlv_1", None, told.append)
    assert delivery.state == "tried"
    assert told == []
