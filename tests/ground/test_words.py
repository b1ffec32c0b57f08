"""Identifiers, texts and faults."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from diban.ground import (
    Conflict,
    Fault,
    IllegalMove,
    Invalid,
    OutcomeUnknown,
    Text,
    TooLarge,
    Unavailable,
    new_id,
)


def test_identifiers_are_unique_also_across_threads() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = [
            name
            for names in pool.map(lambda _: [new_id("x") for _ in range(5_000)], range(4))
            for name in names
        ]
    assert len(set(made)) == 20_000
    assert all(len(name) == 28 and name.startswith("x_") for name in made)


def test_identifiers_of_a_process_sort_in_the_order_of_their_making() -> None:
    made = [new_id("x") for _ in range(20_000)]  # many in each millisecond
    assert made == sorted(made)


def test_identifiers_rise_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = new_id("x")
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    after = [new_id("x"), new_id("x")]
    assert before < after[0] < after[1]


def test_text_answers_in_the_language_asked_for() -> None:
    text = Text(zh="街道", en="street")
    assert [text.in_language(tag) for tag in ("zh", "zh-CN", "ZH-Hans", "en", "fr", "")] == ["街道"] * 3 + [
        "street"
    ] * 3
    assert Text.from_json(text.as_json()) == text
    assert Text.from_json("street") == Text(zh="street", en="street")
    assert Text.from_json({"zh": "街道"}) == Text(zh="街道", en="街道")


def test_a_fault_says_what_where_how_much_and_what_helps() -> None:
    fault = TooLarge(
        Text(zh="文件过大", en="the file is too large"),
        field="file",
        limit=10,
        remedy=Text(zh="拆分", en="split it"),
    )
    assert str(fault) == "文件过大 / the file is too large [file] (limit 10) → 拆分 / split it"
    assert str(Fault(Text(zh="坏", en="bad"))) == "坏 / bad"


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [(TooLarge, Invalid), (IllegalMove, Conflict), (OutcomeUnknown, Unavailable), (Conflict, Fault)],
)
def test_the_tree_of_faults(narrow: type[Fault], wide: type[Fault]) -> None:
    assert issubclass(narrow, wide)
    assert narrow.code != wide.code
