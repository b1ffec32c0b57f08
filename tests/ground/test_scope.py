"""Scopes: what is not granted is denied, what has ended is denied, and caches tell scopes apart."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from diban.ground import AllOf, Compare, Denied, LayerId, LayerScope, Mask, OneOf, Scope, now

ROADS, RIVERS = LayerId("roads"), LayerId("rivers")
LIMITED = LayerScope(
    fields=frozenset({"name", "code", "width", "district", "kind"}),
    rows=AllOf((Compare("district", "=", "440305"), OneOf("kind", ("a", "b")))),
    area=b"\x01\x02",
    decimals=4,
    masks=(("name", Mask.ENDS), ("code", Mask.HIDE)),
    max_zoom=14,
)


def test_a_layer_that_is_not_named_is_denied_with_a_way_out() -> None:
    for scope in (Scope("party", "none"), Scope.nothing(), Scope("party", "rivers", {RIVERS: LayerScope()})):
        assert not scope.allows(ROADS)
        with pytest.raises(Denied) as denied:
            scope.on(ROADS)
        assert denied.value.field == ROADS
        assert denied.value.remedy is not None
        with pytest.raises(Denied):
            scope.key(ROADS)


def test_a_named_layer_is_seen_as_granted() -> None:
    scope = Scope("party", "grant", {ROADS: LIMITED})
    assert scope.on(ROADS) is LIMITED
    assert scope.allows(ROADS)


def test_the_platform_itself_sees_all_and_says_why() -> None:
    scope = Scope.system("tidying")
    assert scope.on(ROADS) == LayerScope()
    assert (scope.holder, scope.reason) == ("system", "tidying")


def test_what_has_ended_is_denied_even_to_the_platform() -> None:
    past, soon = now() - timedelta(microseconds=1), now() + timedelta(minutes=1)
    for scope in (
        Scope("p", "r", {ROADS: LIMITED}, until=past),
        Scope("system", "r", everything=True, until=past),
    ):
        assert not scope.allows(ROADS)
        with pytest.raises(Denied, match="ended"):
            scope.on(ROADS)
    assert Scope("p", "r", {ROADS: LIMITED}, until=soon).allows(ROADS)


def test_fields_show_by_list_and_mask() -> None:
    assert [name for name in ("name", "code", "width", "secret") if LIMITED.shows(name)] == ["name", "width"]
    assert [name for name in ("name", "code", "width", "secret") if LIMITED.plain(name)] == ["width"]
    assert LayerScope().shows("anything")
    assert LayerScope().plain("anything")
    assert not LayerScope(fields=frozenset()).shows("anything")
    token = LayerScope(masks=(("phone", Mask.TOKEN),))
    assert token.shows("phone")
    assert not token.plain("phone")


def test_each_limit_makes_another_key() -> None:
    scopes = [
        LayerScope(),
        LIMITED,
        LayerScope(fields=frozenset()),
        LayerScope(fields=frozenset({"a"})),
        LayerScope(fields=frozenset({"a", "b"})),
        LayerScope(fields=frozenset({"a, b"})),
        LayerScope(rows=Compare("a", "=", 1)),
        LayerScope(rows=Compare("a", "=", "1")),
        LayerScope(area=b""),
        LayerScope(decimals=0),
        LayerScope(masks=(("a", Mask.HIDE),)),
        LayerScope(masks=(("a", Mask.ENDS),)),
        LayerScope(min_zoom=1),
        LayerScope(max_zoom=1),
    ]
    assert len({scope.key for scope in scopes}) == len(scopes)
    assert all(len(scope.key) == 16 for scope in scopes)
    assert Scope("p", "r", {ROADS: LIMITED}).key(ROADS) == Scope("other", "q", {ROADS: LIMITED}).key(ROADS)


SAY = """
from tests.ground.test_scope import LIMITED
print(LIMITED.key, repr(LIMITED))
"""


def test_a_key_is_the_same_in_every_process() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", SAY],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert said == {f"{LIMITED.key} {LIMITED!r}\n"}
