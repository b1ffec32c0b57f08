"""Conditions: two-valued, exact, case kept, text by code point, alike in pages, counts and scopes."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diban.base import Order, Query
from diban.ground import (
    Absent,
    AllOf,
    AnyOf,
    Compare,
    GeometryKind,
    Invalid,
    Kind,
    LayerId,
    LayerScope,
    Not,
    OneOf,
    Operator,
    Predicate,
    Schema,
    Scope,
    TooLarge,
)
from tests.contract.board import BUILDINGS, EVERYTHING, NAMED, Board, Row, a_field, city

ROWS = 150
OPERATORS: dict[Operator, Any] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass
class Known:
    """A layer of every type of field, with gaps, and its rows."""

    engine: Board
    layer: LayerId
    rows: list[Row]

    def check(self, node: Predicate) -> int:
        """A page, a count and a scope's rows all match what the condition means; how many."""
        expected = [row for row in self.rows if holds(node, row)]
        query = replace(EVERYTHING, where=node)
        assert self.engine.pages(self.layer, query) == expected
        assert self.engine.count(self.layer, query) == len(expected)
        scope = Scope("holder", "test", {self.layer: LayerScope(rows=node)})
        assert self.engine.rows(self.layer, scope=scope) == expected
        return len(expected)


@pytest.fixture(scope="module")
def known(engine: Board) -> Known:
    """The layer that most conditions here are asked of."""
    layer = engine.filled(BUILDINGS, city(ROWS))
    return Known(engine, layer, engine.rows(layer))


def holds(node: Predicate, row: Row) -> bool:
    """What a condition means: a row without the value never matches a comparison."""
    if isinstance(node, AllOf):
        return all(holds(part, row) for part in node.parts)
    if isinstance(node, AnyOf):
        return any(holds(part, row) for part in node.parts)
    if isinstance(node, Not):
        return not holds(node.inner, row)
    value = row[node.field]
    if isinstance(node, Absent):
        return value is None
    if value is None:
        return False
    if isinstance(node, OneOf):
        return any(value == typed(asked, value) for asked in node.values)
    return bool(OPERATORS[node.operator](value, typed(node.value, value)))


def typed(asked: Any, like: object) -> Any:
    """A value of a condition in the type of a row's."""
    if isinstance(like, bool):
        return str(asked).lower() in ("true", "1")
    if isinstance(like, datetime):
        return datetime.fromisoformat(str(asked))
    if isinstance(like, date):
        return date.fromisoformat(str(asked))
    readers: dict[type, Callable[[str], Any]] = {str: str, int: int, float: float, Decimal: Decimal}
    return readers[type(like)](str(asked))


VALUES: dict[str, list[Any]] = {
    "code": ["000000", "000077", "0", ""],
    "name": ["南山", "Nanshan", "nanshan", "", "市", "%", "nan_han", "ÿ", "\U0001f3d9"],
    "floors": [-2, 0, 3, 10**15, "3", -(2**63)],
    "height": [0.0, -0.0, 2.25, 1e300, "2.25", 3],
    "price": [0, 1, "1.00", "-0.01", "2.50", 0.5],
    "built": ["2000-01-01", "1956-03-15", "2043-10-20"],
    "seen": ["2026-11-22T00:00:00Z", "2026-11-22T08:00:00.000001+08:00", "2026-11-21T23:59:59.999999+00:00"],
    "open": [True, False, "true", 0],
}


@pytest.mark.parametrize("field", VALUES)
def test_every_operator_on_every_type(known: Known, field: str) -> None:
    for name in OPERATORS:
        matched = [known.check(Compare(field, name, value)) for value in VALUES[field]]
        assert any(matched), name


def leaves() -> st.SearchStrategy[Predicate]:
    fields = st.sampled_from(sorted(VALUES))
    compared = fields.flatmap(
        lambda name: st.builds(
            Compare, st.just(name), st.sampled_from(list(OPERATORS)), st.sampled_from(VALUES[name])
        )
    )
    one_of = fields.flatmap(
        lambda name: st.builds(
            OneOf, st.just(name), st.lists(st.sampled_from(VALUES[name]), max_size=3).map(tuple)
        )
    )
    return st.one_of(compared, one_of, st.builds(Absent, fields))


def trees() -> st.SearchStrategy[Predicate]:
    return st.recursive(
        leaves(),
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
            st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
        ),
        max_leaves=6,
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(node=trees())
def test_any_tree_of_conditions_is_two_valued(known: Known, node: Predicate) -> None:
    matched = known.check(node)
    assert known.check(Not(node)) == ROWS - matched


def test_nothing_and_everything(known: Known) -> None:
    assert known.check(AllOf(())) == ROWS
    assert known.check(AnyOf(())) == 0
    assert known.check(OneOf("name", ())) == 0
    assert known.check(Not(OneOf("name", ()))) == ROWS


def test_an_absent_value_is_neither_equal_nor_different(known: Known) -> None:
    gaps = known.check(Absent("floors"))
    assert 0 < gaps < ROWS
    assert known.check(Compare("floors", "<>", 10**15)) == ROWS - gaps
    assert known.check(Not(Compare("floors", "=", 10**15))) == ROWS
    empty = known.check(Compare("name", "=", ""))
    assert empty + known.check(Absent("name")) < ROWS
    assert empty > 0


def test_case_width_and_wildcards_are_taken_literally(engine: Board) -> None:
    names = [
        "Abc",
        "abc",
        "ABC",
        "a%c",
        "a_c",
        "ａｂｃ",
        "abc ",
        " abc",
        "á",
        "a\u0301",
        "'",
        '"',
        "\\",
        "--",
    ]
    layer = engine.filled(NAMED, [{"code": str(n), "name": name} for n, name in enumerate(names)])
    for place, name in enumerate(names):
        found = engine.pages(layer, Query(where=Compare("name", "=", name)))
        assert [row["code"] for row in found] == [str(place)]


def test_text_sorts_by_code_point(engine: Board) -> None:
    names = [
        "",
        " ",
        "Z",
        "a",
        "z",
        "~",
        "é",
        "ÿ",
        "Ω",
        "一",
        "丁",
        "北",
        "南",
        "深圳",
        "龙",
        "𠀀",
        "\uffee",
        "\U0001f3d9",
    ]
    layer = engine.filled(NAMED, [{"code": str(n), "name": name} for n, name in enumerate(reversed(names))])
    expected = sorted(names)
    assert expected != names  # U+FFEE stands before U+20000, though its UTF-16 units stand behind
    for descending in (False, True):
        rows = engine.pages(layer, Query(order=(Order("name", descending),), limit=5))
        assert [row["name"] for row in rows] == (expected[::-1] if descending else expected)
    for middle in names:
        below = engine.count(layer, Query(where=Compare("name", "<", middle)))
        assert below == expected.index(middle)


def test_numbers_compare_exactly_and_never_as_text(engine: Board) -> None:
    schema = Schema(
        (
            a_field("code", Kind.TEXT),
            a_field("whole", Kind.INTEGER),
            a_field("money", Kind.DECIMAL, digits=18, scale=2),
        ),
        GeometryKind.NONE,
        key="code",
    )
    wholes = [-(2**63), -10, -9, 0, 9, 10, 2**53, 2**53 + 1, 2**63 - 1]
    rows = [
        {"code": str(n), "whole": whole, "money": (n - 4) * Decimal("1234567890123456.78")}
        for n, whole in enumerate(wholes)
    ]
    layer = engine.filled(schema, rows)
    for place, row in enumerate(rows):
        for name in ("whole", "money"):
            assert engine.count(layer, Query(where=Compare(name, "<", str(row[name])))) == place
            assert engine.count(layer, Query(where=Compare(name, "<=", str(row[name])))) == place + 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("floors", "many"),
        ("floors", 1.5),
        ("floors", 2**63),
        ("price", "0.001"),
        ("price", "NaN"),
        ("height", "tall"),
        ("built", "2026-13-01"),
        ("seen", "yesterday"),
        ("open", "maybe"),
        ("nothing", 1),
    ],
)
def test_values_of_another_type_are_refused(known: Known, field: str, value: Any) -> None:
    for node in (Compare(field, "=", value), OneOf(field, (value,))):
        with pytest.raises(Invalid) as caught:
            known.engine.count(known.layer, Query(where=node))
        assert caught.value.field == field


def test_conditions_nest_only_so_deep(known: Known) -> None:
    node: Predicate = Compare("floors", "=", 1)
    for _ in range(60):
        node = Not(node)
    assert known.check(node) > 0
    for _ in range(10):
        node = Not(node)
    with pytest.raises(TooLarge):
        known.engine.count(known.layer, Query(where=node))


def test_instants_are_compared_in_utc(known: Known) -> None:
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    here = known.check(Compare("seen", "=", midnight.isoformat()))
    assert here > 0
    assert known.check(Compare("seen", "=", "2026-11-22T08:00:00+08:00")) == here
    assert known.check(Compare("seen", "=", "2026-11-21T16:00:00-08:00")) == here
