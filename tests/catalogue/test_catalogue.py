"""Resources entered, moved and found, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from diban.catalogue import Catalogue, Category, Entry, Resource, State
from diban.ground import (
    AccountId,
    Conflict,
    Extent,
    IllegalMove,
    Invalid,
    LayerId,
    Missing,
    PartyId,
    ResourceId,
    Text,
    TooLarge,
    VersionId,
    now,
)
from diban.store import Database, reading, unit
from tests.catalogue.made_up import APPROVER, CITY, ENTRY, STEWARD, entry

CATALOGUE = Catalogue()
ROAD = {
    State.REGISTRATION_REVIEW: STEWARD,
    State.REGISTERED: APPROVER,
    State.PUBLICATION_REVIEW: STEWARD,
    State.PUBLISHED: CITY,
}


def enter(database: Database, said: Entry = ENTRY) -> Resource:
    with unit(database) as act:
        return CATALOGUE.enter(act, said, STEWARD)


def move(
    database: Database, seen: Resource, to: State, by: AccountId = STEWARD, why: str = "reason"
) -> Resource:
    with unit(database) as act:
        return CATALOGUE.move(act, seen, to, by, why)


def publish(database: Database, said: Entry = ENTRY) -> Resource:
    seen = enter(database, said)
    for state, by in ROAD.items():
        seen = move(database, seen, state, by, "")
    return seen


def test_entering_twice_is_entering_once(database: Database) -> None:
    first = enter(database)
    assert enter(database) == first
    assert (first.state, first.code, first.revision) == (State.DRAFT, None, 1)
    with reading(database) as connection:
        assert CATALOGUE.get(connection, first.id) == first
        assert CATALOGUE.by_slug(connection, ENTRY.slug) == first
        assert CATALOGUE.by_layer_slug(connection, "buildings") == first


def test_a_slug_belongs_to_the_provider_who_took_it(database: Database) -> None:
    enter(database)
    with pytest.raises(Conflict) as taken:
        enter(database, replace(ENTRY, provider=PartyId("party_other")))
    assert taken.value.field == "slug"
    with pytest.raises(Conflict) as layer_taken:
        enter(database, entry("another", "buildings"))
    assert layer_taken.value.field == "layers.slug"
    with reading(database) as connection, pytest.raises(Missing):
        CATALOGUE.by_slug(connection, "another")


def test_two_who_enter_the_same_slug_at_once_hold_the_same_resource_or_know(database: Database) -> None:
    start = Barrier(2)

    def once(_: int) -> ResourceId | None:
        start.wait()
        try:
            return enter(database).id
        except Conflict:
            return None

    with ThreadPoolExecutor(2) as threads:
        found = set(threads.map(once, range(2))) - {None}
    assert len(found) == 1


def test_a_draft_and_a_returned_entry_are_replaced_others_are_not(database: Database) -> None:
    seen = enter(database)
    changed = enter(database, replace(ENTRY, title=Text(zh="建筑物", en="Buildings")))
    assert (changed.id, changed.revision, changed.entry.title.en) == (seen.id, 2, "Buildings")
    waiting = move(database, changed, State.REGISTRATION_REVIEW)
    with pytest.raises(IllegalMove) as refused:
        enter(database)
    assert refused.value.limit == "registered, returned, registration_refused"
    returned = move(database, waiting, State.RETURNED, APPROVER, "title")
    assert enter(database).state is returned.state


def test_the_whole_road_with_its_history(database: Database) -> None:
    seen = publish(database)
    assert seen.state is State.PUBLISHED
    assert str(seen.code) == "30700102/1"
    assert seen.published_at is not None
    withdrawn = move(database, seen, State.WITHDRAWN, CITY, " the law changed ")
    with reading(database) as connection:
        steps = CATALOGUE.history(connection, seen.id)
    assert [(step.before, step.after) for step in steps] == [
        (None, State.DRAFT),
        (State.DRAFT, State.REGISTRATION_REVIEW),
        (State.REGISTRATION_REVIEW, State.REGISTERED),
        (State.REGISTERED, State.PUBLICATION_REVIEW),
        (State.PUBLICATION_REVIEW, State.PUBLISHED),
        (State.PUBLISHED, State.WITHDRAWN),
    ]
    assert [step.by for step in steps] == [STEWARD, STEWARD, APPROVER, STEWARD, CITY, CITY]
    assert (steps[-1].why, steps[-1].revision) == ("the law changed", withdrawn.revision)
    assert list(steps) == sorted(steps, key=lambda step: step.at)


def test_the_code_stays_and_holds_the_category(database: Database) -> None:
    first, second = publish(database), publish(database, entry("second"))
    assert [str(each.code) for each in (first, second)] == ["30700102/1", "30700102/2"]
    draft = move(database, move(database, first, State.WITHDRAWN), State.DRAFT)
    with pytest.raises(Invalid) as settled:
        enter(database, replace(ENTRY, category=Category("1", "01", "001")))
    assert settled.value.field == "category"
    again = move(database, move(database, draft, State.REGISTRATION_REVIEW), State.REGISTERED, APPROVER)
    assert again.code == first.code


@pytest.mark.parametrize("why", ["", "  "])
def test_a_refusal_says_why(database: Database, why: str) -> None:
    seen = move(database, enter(database), State.REGISTRATION_REVIEW)
    with pytest.raises(Invalid) as silent:
        move(database, seen, State.REGISTRATION_REFUSED, APPROVER, why)
    assert silent.value.field == "why"


def test_an_illegal_move_changes_nothing(database: Database) -> None:
    seen = enter(database)
    with pytest.raises(IllegalMove):
        move(database, seen, State.PUBLISHED, CITY)
    with reading(database) as connection:
        assert CATALOGUE.get(connection, seen.id) == seen


def test_of_two_approvers_at_once_one_wins(database: Database) -> None:
    seen = move(database, enter(database), State.REGISTRATION_REVIEW)
    start = Barrier(2)

    def decide(to: State) -> State | Conflict:
        start.wait()
        try:
            return move(database, seen, to, APPROVER).state
        except Conflict as lost:
            return lost

    with ThreadPoolExecutor(2) as threads:
        decided = list(threads.map(decide, (State.REGISTERED, State.REGISTRATION_REFUSED)))
    assert [type(each) for each in decided if isinstance(each, Conflict)] == [Conflict]
    with reading(database) as connection:
        assert CATALOGUE.get(connection, seen.id).state in decided
        assert len(CATALOGUE.history(connection, seen.id)) == 3


def test_who_saw_an_older_entry_cannot_send_it_on(database: Database) -> None:
    seen = enter(database)
    enter(database, replace(ENTRY, title=Text(zh="建筑物", en="Buildings")))
    with pytest.raises(Conflict):
        move(database, seen, State.REGISTRATION_REVIEW)


def test_layers_are_attached_once_and_show_what_landed(database: Database) -> None:
    seen = publish(database)
    layer, moment = LayerId("lay_1"), now()
    box = Extent(113.7, 22.4, 114.6, 22.9)
    for _ in range(2):
        with unit(database) as act:
            CATALOGUE.attach_layer(act, seen, "buildings", layer)
            CATALOGUE.set_landed(act, layer, VersionId("ver_1"), 7, box, moment)
    with reading(database) as connection:
        found = CATALOGUE.by_layer(connection, layer)
    held = found.layer("buildings")
    assert (held.layer, held.version, held.rows, held.extent, held.landed_at) == (
        *(layer, VersionId("ver_1"), 7, box, moment),
    )
    assert (found.state, found.revision) == (State.PUBLISHED, seen.revision)
    with pytest.raises(Conflict), unit(database) as act:
        CATALOGUE.attach_layer(act, seen, "buildings", LayerId("lay_2"))
    with pytest.raises(Missing), unit(database) as act:
        CATALOGUE.attach_layer(act, seen, "roads", LayerId("lay_2"))
    with pytest.raises(Missing), unit(database) as act:
        CATALOGUE.set_landed(act, LayerId("lay_2"), VersionId("ver_1"), 0, None, moment)


def test_layers_come_and_go_with_the_entry_until_they_hold_data(database: Database) -> None:
    seen = enter(database, entry("city", "roads", "rivers"))
    with unit(database) as act:
        CATALOGUE.attach_layer(act, seen, "roads", LayerId("lay_1"))
    changed = enter(database, entry("city", "roads", "parks"))
    assert [layer.slug for layer in changed.layers] == ["roads", "parks"]
    with pytest.raises(Conflict):
        enter(database, entry("city", "parks"))
    assert enter(database, entry("other", "rivers")).layer("rivers").layer is None


def test_the_list_is_filtered_and_paged(database: Database) -> None:
    publish(database, entry("b"))
    enter(database, entry("a"))
    enter(database, replace(entry("c", provider="party_x"), title=Text(zh="ＰＯＩ 100%", en="POI 100%")))

    def slugs(text: str = "", *states: State, after: str = "", provider: str | None = None) -> list[str]:
        party = None if provider is None else PartyId(provider)
        with reading(database) as connection:
            found = CATALOGUE.list(
                connection, states or tuple(State), text=text, after=after, provider=party, limit=2
            )
        return [each.slug for each in found]

    assert slugs() == ["a", "b"]
    assert slugs(after="b") == ["c"]
    assert slugs("", State.PUBLISHED) == ["b"]
    assert slugs(provider="party_x") == ["c"]
    assert slugs("poi 100%") == ["c"]
    assert slugs("CENSUS 普查") == ["a", "b"]
    assert slugs("30700102/1") == ["b"]
    assert slugs("_") == []
    with reading(database) as connection:
        assert CATALOGUE.list(connection, ()) == ()
        with pytest.raises(TooLarge):
            CATALOGUE.list(connection, tuple(State), text="x" * 201)


def test_what_is_not_there_is_missing(database: Database) -> None:
    with reading(database) as connection:
        with pytest.raises(Missing):
            CATALOGUE.get(connection, ResourceId("res_0"))
        with pytest.raises(Missing):
            CATALOGUE.by_slug(connection, "nothing")
        with pytest.raises(Missing):
            CATALOGUE.by_layer_slug(connection, "nothing")
        with pytest.raises(Missing):
            CATALOGUE.by_layer(connection, LayerId("lay_0"))
