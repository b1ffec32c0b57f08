"""Grants become a scope: nothing without one, never more than they say, nothing after they end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import diban.governance.scopes as scopes
from diban.governance.audit import Audit, By
from diban.governance.grants import MAX_LIMITS, Grants, list_grants
from diban.governance.scopes import ScopeCache, combine, scope_of
from diban.ground import (
    AnyOf,
    Compare,
    Conflict,
    Denied,
    Invalid,
    LayerId,
    LayerScope,
    Mask,
    Missing,
    OneOf,
    PartyId,
    TooLarge,
    now,
)
from diban.store import Database, Generation, reading, unit

BY = By("acc_officer", "pty_bureau", "req_1")
US, PARENT, PUBLIC, OTHER = (PartyId(name) for name in ("us", "parent", "public", "other"))
ROADS, HOUSES = LayerId("roads"), LayerId("houses")
WHOLE = LayerScope()
AREA = shapely.to_wkb(shapely.box(0, 0, 1, 1))
NORTH, SOUTH = Compare("side", "=", "north"), Compare("side", "=", "south")


@dataclass
class Board:
    """Grants on a database, and what a party may see of it."""

    database: Database

    def __post_init__(self) -> None:
        self.generation = Generation(self.database)
        self.grants = Grants(self.generation)
        self.cache = ScopeCache(self.database, self.generation)
        self.own: list[LayerId] = []

    def give(
        self, party: PartyId, layer: LayerId, limits: LayerScope = WHOLE, until: datetime | None = None
    ) -> str:
        with unit(self.database) as act:
            return self.grants.give(
                act, BY, party=party, layer=layer, limits=limits, purpose="p", basis="req", until=until
            )

    def revoke(self, grant: str) -> None:
        with unit(self.database) as act:
            self.grants.revoke(act, BY, grant, "no longer needed")

    def sees(self, layer: LayerId) -> bool:
        return self.cache.get(US, (PARENT, PUBLIC), lambda _: self.own, "test").allows(layer)


@pytest.fixture
def board(database: Database) -> Board:
    return Board(database)


def test_nothing_is_seen_without_a_grant(board: Board) -> None:
    board.give(OTHER, ROADS)
    scope = board.cache.get(US, (PARENT, PUBLIC), lambda _: [], "test")
    assert (scope.holder, scope.reason, dict(scope.layers), scope.everything) == (US, "test", {}, False)
    with pytest.raises(Denied):
        scope.on(ROADS)


@pytest.mark.parametrize("party", [US, PARENT, PUBLIC])
def test_grants_reach_a_party_through_its_lineage(board: Board, party: PartyId) -> None:
    limits = LayerScope(frozenset({"a"}), NORTH, AREA, 3, (("b", Mask.ENDS),))
    board.give(party, ROADS, limits)
    with reading(board.database) as connection:
        scope = scope_of(connection, US, [PARENT, PUBLIC], [], "test")
    assert dict(scope.layers) == {ROADS: limits}


def test_own_layers_are_seen_whole(board: Board) -> None:
    board.give(US, ROADS, LayerScope(fields=frozenset({"a"})))
    board.own = [ROADS]
    assert board.cache.get(US, (), lambda _: board.own, "test").on(ROADS) == WHOLE


def test_a_grant_and_its_revocation_hold_at_the_next_request(board: Board) -> None:
    elsewhere = Board(board.database)
    assert not board.sees(ROADS)
    grant = board.give(US, ROADS)
    assert board.sees(ROADS)
    assert _within_a_second(lambda: elsewhere.sees(ROADS))
    board.revoke(grant)
    assert not board.sees(ROADS)
    assert _within_a_second(lambda: not elsewhere.sees(ROADS))


def test_scopes_are_compiled_once_for_each_generation(board: Board) -> None:
    asked = []

    def own(_: object) -> list[LayerId]:
        asked.append(1)
        return []

    for reason in ("one", "two", "three"):
        assert board.cache.get(US, (), own, reason).reason == reason
    assert len(asked) == 1
    board.give(OTHER, ROADS)
    board.cache.get(US, (), own, "four")
    assert len(asked) == 2


def test_a_grant_ends_by_itself(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    end = now() + timedelta(hours=1)
    board.give(US, ROADS, until=end)
    board.give(US, HOUSES)
    assert board.sees(ROADS)
    scope = board.cache.get(US, (), lambda _: [], "test")
    assert scope.until == end
    monkeypatch.setattr(scopes, "now", lambda: end)
    assert not board.sees(ROADS)
    assert board.sees(HOUSES)


def test_of_two_revocations_one_wins(board: Board) -> None:
    grant = board.give(US, ROADS)
    start = threading.Barrier(8)

    def revoke() -> str:
        start.wait()
        try:
            board.revoke(grant)
        except Conflict:
            return "conflict"
        return "won"

    with ThreadPoolExecutor(8) as pool:
        outcomes = [future.result() for future in [pool.submit(revoke) for _ in range(8)]]
    assert sorted(outcomes) == ["conflict"] * 7 + ["won"]
    with reading(board.database) as connection:
        acts = [line.act for line in Audit.lines(connection, subject=grant)]
        (kept,) = list_grants(connection, parties=[US])
        assert list_grants(connection, layer=ROADS, valid_at=now()) == []
    assert acts == ["grant.revoke", "grant.give"]
    assert (kept.revoked_by, kept.revoked_why) == (BY.actor, "no longer needed")


def test_grants_that_do_not_hold_together_are_refused(board: Board) -> None:
    with pytest.raises(Missing):
        board.revoke("gra_none")
    with pytest.raises(Invalid):
        board.give(US, ROADS, until=now() - timedelta(seconds=1))
    with pytest.raises(Invalid):
        board.give(US, ROADS, LayerScope(area=b"not a polygon"))
    with pytest.raises(TooLarge):
        board.give(US, ROADS, LayerScope(rows=OneOf("a", tuple(range(MAX_LIMITS)))))
    with pytest.raises(Invalid), unit(board.database) as act:
        board.grants.give(act, BY, party=US, layer=ROADS, limits=WHOLE, purpose=" ", basis="req")


def test_the_asker_may_name_one_of_several_grants(board: Board) -> None:
    narrow = board.give(US, ROADS, LayerScope(fields=frozenset({"a"}), rows=NORTH))
    board.give(US, ROADS, LayerScope(fields=frozenset({"b", "c"}), rows=SOUTH))
    chosen = board.cache.get(US, (), lambda _: [], "test").on(ROADS)
    named = board.cache.get(US, (), lambda _: [], "test", narrow).on(ROADS)
    assert (chosen.fields, named.fields) == (frozenset({"b", "c"}), frozenset({"a"}))


def test_fields_of_one_grant_never_show_on_the_rows_of_another() -> None:
    one = LayerScope(fields=frozenset({"a"}), rows=NORTH)
    other = LayerScope(fields=frozenset({"b"}), rows=SOUTH)
    assert combine([one, other]) == one
    assert combine([other, one]) == other


def test_exact_unions_are_joined() -> None:
    a, b = LayerScope(fields=frozenset("a")), LayerScope(fields=frozenset("b"))
    assert combine([a, b]) == LayerScope(fields=frozenset("ab"))
    north, south, east = (LayerScope(rows=Compare("side", "=", side)) for side in ("n", "s", "e"))
    joined = combine([north, south, east])
    assert joined == LayerScope(rows=AnyOf((north.rows, south.rows, east.rows)))  # type: ignore[arg-type] # set above
    assert combine([a, WHOLE, north]) == WHOLE
    assert combine([LayerScope(masks=(("a", Mask.ENDS),)), WHOLE]) == WHOLE


small = st.builds(
    LayerScope,
    fields=st.none() | st.frozensets(st.sampled_from("abc")),
    rows=st.none() | st.sampled_from([NORTH, SOUTH]),
    area=st.none() | st.just(b"area"),
    decimals=st.none() | st.sampled_from([2, 4]),
    masks=st.dictionaries(st.sampled_from("abc"), st.sampled_from(Mask)).map(
        lambda d: tuple(sorted(d.items()))
    ),
    min_zoom=st.sampled_from([0, 5]),
    max_zoom=st.sampled_from([10, 24]),
)


@settings(deadline=None)
@given(st.lists(small, min_size=1, max_size=4))
def test_together_they_never_allow_what_none_allows(limits: list[LayerScope]) -> None:
    """Every combination of field and its mask, row, place, precision and level is held against each grant."""
    allowed = set().union(*(_everything(one) for one in limits))
    assert _everything(combine(limits)) <= allowed


def _everything(scope: LayerScope) -> set[object]:
    """All single sights a scope allows: of three fields, two sides, two places, precisions and levels."""
    masks = dict(scope.masks)
    shown = [(name, masks.get(name)) for name in "abc" if scope.shows(name)]
    # A whole value implies that its masked forms may be seen.
    forms = {(name, form) for name, mask in shown for form in ([mask] if mask else [None, *Mask])}
    sides = {NORTH, SOUTH} if scope.rows is None else set(scopes._alternatives(scope.rows))

    places = ("inside",) if scope.area else ("inside", "outside")
    digits = [d for d in (2, 4, 9) if scope.decimals is None or d <= scope.decimals]
    zooms = [zoom for zoom in (0, 7, 20) if scope.min_zoom <= zoom <= scope.max_zoom]
    return {
        (form, side, place, digit, zoom)
        for form in [*forms, None]
        for side in sides
        for place in places
        for digit in digits
        for zoom in zooms
    }


def _within_a_second(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 1.0
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return False
