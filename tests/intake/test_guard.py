"""Texts that a spreadsheet would run: harmless in the file, and the same again when they come back."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from diban.intake.formats.guard import guard, guarded, unguard

_PIECES = st.sampled_from(
    [*"'=+-@＝＋－＠\t\r\n ", "\u3000", "\u00a0", "1", "5", ".", "e", "甲", "cmd|' /C calc'!A0"]
)
TEXTS = st.one_of(st.none(), st.text(max_size=12), st.lists(_PIECES, max_size=6).map("".join))


def _back(texts: list[str | None]) -> list[str | None]:
    column = pa.array(texts, pa.string())
    found = guarded(column)
    return list((column if found is None else unguard(column, found)).to_pylist())


def _safe(text: str) -> bool:
    """By hand: what a spreadsheet takes as it stands."""
    bare = text.strip(" \t\r\n\f\v\u00a0\u3000\ufeff\0\x1c\x1d\x1e\x1f")
    if text[:1] in ("\t", "\r", "\n") or bare[:1] in tuple("=+-@＝＋－＠"):
        return (
            not bare.strip("-－")
            or bare[1:]
            .replace("e", "")
            .replace("E", "")
            .replace(".", "")
            .replace("-", "")
            .replace("+", "")
            .isdigit()
        )
    return True


@given(st.lists(TEXTS, max_size=8))
@example(["=1", "'=1", "''=1", "-5", "'-5", "-", "'-", " =1", "' =1", "'甲", "", "'", None])
def test_every_text_comes_back(texts: list[str | None]) -> None:
    made = guard(pa.array(texts, pa.string())).to_pylist()
    assert _back(made) == texts
    assert all(text is None or _safe(text) for text in made)


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x","y")', "=1+1", "+86-755-1234", "@SUM(A1)", "-2+3+cmd|' /C calc'!A0", "\t=1",
        "\r=1", "\n=1", " =1", "\u3000=1", "＝1", "＋1", "－1", "＠x", "\tx", "\rx", "-5\n=1", "--1", "-1-2",
        "+", "'=1", "''+x", "-5e", "=-5", "\ufeff=1",
    ],
)  # fmt: skip
def test_what_might_run_gets_an_apostrophe(text: str) -> None:
    assert guard(pa.array([text])).to_pylist() == [f"'{text}"]


@pytest.mark.parametrize(
    "text",
    [
        "-5",
        "+5",
        "-113.93",
        "-.5",
        "+1.5e-7",
        " -5 ",
        "-",
        "--",
        "－",
        "",
        "甲=乙",
        "a-b",
        "5-3",
        "'",
        "'甲",
        "2024-05-01",
    ],
)
def test_numbers_dashes_and_words_stay_as_they_are(text: str) -> None:
    assert guard(pa.array([text])).to_pylist() == [text]
    assert guarded(pa.array([text])) is None
