"""A grant's limits as JSON: read back exactly, and never wider than they were written."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from diban.governance.limits import limits_from_json, limits_json, predicate_from_json, predicate_json
from diban.ground import (
    Absent,
    AllOf,
    AnyOf,
    Compare,
    Invalid,
    LayerScope,
    Mask,
    Not,
    OneOf,
    Predicate,
    TooLarge,
)

names = st.text(min_size=1, max_size=5)
values = st.one_of(
    st.text(max_size=5),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)
operators = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
leaves = st.one_of(
    st.builds(Compare, names, operators, values),
    st.builds(OneOf, names, st.lists(values, max_size=3).map(tuple)),
    st.builds(Absent, names),
)
predicates: st.SearchStrategy[Predicate] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)
scopes = st.builds(
    LayerScope,
    fields=st.none() | st.frozensets(names, max_size=4),
    rows=st.none() | predicates,
    area=st.none() | st.just(shapely.to_wkb(shapely.box(113.9, 22.5, 114.0, 22.6))),
    decimals=st.none() | st.integers(0, 15),
    masks=st.dictionaries(names, st.sampled_from(Mask), max_size=3).map(lambda d: tuple(sorted(d.items()))),
    min_zoom=st.integers(0, 24),
    max_zoom=st.integers(0, 24),
)


@given(scopes)
def test_limits_are_read_back_exactly(scope: LayerScope) -> None:
    assert limits_from_json(limits_json(scope)) == scope


@given(predicates)
def test_conditions_are_read_back_exactly(predicate: Predicate) -> None:
    assert predicate_from_json(predicate_json(predicate)) == predicate


@pytest.mark.parametrize(
    "wrong",
    [
        "everything",
        {"feilds": ["a"]},
        {"fields": "a"},
        {"fields": [1]},
        {"rows": {"op": "sql", "args": ["1=1"]}},
        {"rows": {"op": "=", "args": ["a", 1]}},
        {"rows": {"op": "=", "args": [{"property": "a"}, float("nan")]}},
        {"rows": {"op": "=", "args": [{"property": "a"}, 2**63]}},
        {"rows": {"op": "=", "args": [{"property": "a"}, None]}},
        {"rows": {"op": ["="], "args": [{"property": "a"}, 1]}},
        {"rows": {"op": "not", "args": []}},
        {"area": "00"},
        {"area": "zz"},
        {"area": shapely.to_wkb(shapely.Point(1, 2)).hex()},
        {"area": shapely.to_wkb(shapely.Polygon()).hex()},
        {"decimals": -1},
        {"decimals": True},
        {"masks": {"a": "blur"}},
        {"masks": ["a"]},
        {"masks": {"a": ["token"]}},
        {"max_zoom": 99},
    ],
)
def test_what_is_not_understood_is_refused(wrong: object) -> None:
    with pytest.raises(Invalid):
        limits_from_json(wrong)


def test_deep_conditions_are_refused() -> None:
    deep: dict[str, object] = {"op": "isNull", "args": [{"property": "a"}]}
    for _ in range(64):
        deep = {"op": "not", "args": [deep]}
    with pytest.raises(TooLarge):
        predicate_from_json(deep)
