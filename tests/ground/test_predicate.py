"""Conditions as values: bounded in depth and size, and open about what they look at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from diban.ground import Absent, AllOf, AnyOf, Compare, Not, OneOf, Predicate, TooLarge, fields_of
from diban.ground.predicate import MAX_DEPTH, MAX_SIZE

LEAF = Compare("floors", ">", 3)


def nested(times: int, around: Callable[[Predicate], Predicate]) -> Predicate:
    """A leaf inside this many others."""
    made: Predicate = LEAF
    for _ in range(times):
        made = around(made)
    return made


def test_every_field_is_named_however_deep() -> None:
    condition = AllOf(
        (
            LEAF,
            Not(
                AnyOf((Absent("name"), OneOf("code", ("a", "b")))),
            ),
            AllOf(()),
        )
    )
    assert sorted(fields_of(condition)) == ["code", "floors", "name"]
    assert list(fields_of(AllOf(()))) == []


@pytest.mark.parametrize("around", [Not, lambda p: AllOf((p,)), lambda p: AnyOf((LEAF, p))])
def test_depth_is_bounded(around: Callable[[Predicate], Predicate]) -> None:
    assert set(fields_of(nested(MAX_DEPTH - 1, around))) == {"floors"}
    for times in (MAX_DEPTH, 100_000):
        with pytest.raises(TooLarge) as refused:
            list(fields_of(nested(times, around)))
        assert refused.value.limit == MAX_DEPTH
        assert refused.value.field == "filter"


def test_size_is_bounded() -> None:
    most = AllOf((LEAF,) * (MAX_SIZE - 1))
    assert len(list(fields_of(most))) == MAX_SIZE - 1
    for wide in (AllOf((LEAF,) * MAX_SIZE), OneOf("code", tuple(range(MAX_SIZE + 1)))):
        with pytest.raises(TooLarge) as refused:
            list(fields_of(wide))
        assert refused.value.limit == MAX_SIZE


def test_conditions_are_values() -> None:
    assert AllOf((LEAF, Not(LEAF))) == AllOf((Compare("floors", ">", 3), Not(Compare("floors", ">", 3))))
    assert len({LEAF, Compare("floors", ">", 3)}) == 1
