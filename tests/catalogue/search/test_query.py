"""How names and queries are compared: width and case, spelling, first letters, slips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diban.catalogue import QUERY_LENGTH, Match, shown, spans, understand
from diban.catalogue.search.folding import folded
from diban.catalogue.search.rank import rank_nearly, rank_spelled, rank_text
from diban.ground import Invalid, TooLarge


def match(query: str, name: str) -> Match | None:
    """The best match of a name."""
    asked, plain = understand(query), folded(name)
    ranks = (rank(asked, plain) for rank in (rank_text, rank_spelled, rank_nearly))
    return next((found.match for found in ranks if found is not None), None)


@pytest.mark.parametrize(
    ("query", "name", "expected"),
    [
        ("深圳北站", "深圳北站", Match.EXACT),
        ("深圳", "深圳北站", Match.PREFIX),
        ("北站", "深圳北站", Match.CONTAINS),
        ("站 深圳", "深圳北站", Match.CONTAINS),
        ("shenzhenbeizhan", "深圳北站", Match.PINYIN),
        ("shen zhen", "深圳北站", Match.PINYIN),
        ("SHENZHENB", "深圳北站", Match.PINYIN),
        ("senzenbei", "深圳北站", Match.PINYIN),
        ("beizhan", "深圳北站", Match.PINYIN),
        ("xi'an", "西安路", Match.PINYIN),
        ("yinhang", "工商银行", Match.PINYIN),
        ("深镇北站", "深圳北站", Match.PINYIN),
        ("szbz", "深圳北站", Match.INITIALS),
        ("sz", "深圳北站", Match.INITIALS),
        ("bz", "深圳北站", None),
        ("深圳南站大楼", "深圳北站大楼", Match.FUZZY),
        ("shenzhenbeichan", "深圳北站", Match.FUZZY),
        ("科技园南区", "科技园（南区）", Match.EXACT),
        ("ｐａｒｋ", "Happy Park", Match.CONTAINS),
        ("happy PARK", "Happy  Park", Match.EXACT),
        ("hapy park", "Happy Park", Match.FUZZY),
        ("１２号", "人民路12号", Match.CONTAINS),
        ("广州", "深圳北站", None),
        ("guangzhou", "深圳北站", None),
        ("park", "深圳北站", None),
        ("ab", "深圳北站", None),
    ],
)
def test_how_a_name_answers(query: str, name: str, expected: Match | None) -> None:
    assert match(query, name) is expected


def test_what_is_no_query() -> None:
    for nothing in ("", "  ", "，。！", "\u3000"):
        with pytest.raises(Invalid):
            understand(nothing)
    with pytest.raises(TooLarge):
        understand("字" * (QUERY_LENGTH + 1))
    assert understand("字" * QUERY_LENGTH).whole == "字" * QUERY_LENGTH


def test_what_is_set_off() -> None:
    assert spans(understand("ｐａｒｋ 快乐"), "快乐（ＰＡＲＫ）") == [[0, 2], [3, 7]]
    assert spans(understand("szbz"), "深圳北站") == []


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert "\n" not in shown(text)


@given(st.text(min_size=1, max_size=30))
def test_every_name_answers_to_itself(name: str) -> None:
    if folded(name):
        assert match(name, name) is Match.EXACT
