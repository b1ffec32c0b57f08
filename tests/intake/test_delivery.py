"""Deliveries: registered once for each key, moved along known steps, by one hand at a time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from diban.ground import (
    AccountId,
    Conflict,
    DeliveryId,
    IllegalMove,
    LayerId,
    Missing,
    Mode,
    PartyId,
    ResourceId,
    VersionId,
    now,
)
from diban.intake import Deliveries, Delivery, DeliveryState, Sent, heads_in, heads_of, last_heads
from diban.intake.delivery_state import NEXT
from diban.intake.tables import delivery, delivery_move
from diban.store import Database, metadata, reading, sqlite_url, unit

REGISTER = Deliveries()
CLERK, REVIEWER = AccountId("account_clerk"), AccountId("account_reviewer")
SENT = Sent(
    key="key-1",
    resource=ResourceId("resource_roads"),
    layer=LayerId("layer_roads"),
    party=PartyId("party_transport"),
    sender=CLERK,
    file_name="道路 2026.gpkg",
    digest="ab" * 32,
    size=2**40,
    mode=Mode.CHANGES,
    source_layer="roads",
    crs="EPSG:4547",
)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def tables(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The register's tables on one engine, then on the other."""
    if request.param == "sqlite":
        made = Database(sqlite_url(Path(tmp_path_factory.mktemp("intake")) / "control.db"))
    else:
        made = Database(request.getfixturevalue("postgres_database"))
    metadata.create_all(made.engine, tables=[delivery, delivery_move])
    yield made
    made.close()


@pytest.fixture
def database(tables: Database) -> Database:
    """The same, empty."""
    with unit(tables) as act:
        act.connection.execute(delivery_move.delete())
        act.connection.execute(delivery.delete())
    return tables


def opened(database: Database, sent: Sent = SENT) -> Delivery:
    """Register a delivery."""
    with unit(database) as act:
        return REGISTER.open(act, sent)


def moved(database: Database, seen: Delivery, *states: DeliveryState) -> Delivery:
    """Move a delivery on, step by step."""
    for state in states:
        with unit(database) as act:
            seen = REGISTER.move(act, seen, state, REVIEWER, f"to {state}")
    return seen


def steps(database: Database, of: DeliveryId) -> list[tuple[str | None, str, str, str]]:
    """The steps that were noted: before, after, by whom, why."""
    columns = (delivery_move.c.before, delivery_move.c.after, delivery_move.c.by, delivery_move.c.why)
    with reading(database) as connection:
        rows = connection.execute(
            sa.select(*columns).where(delivery_move.c.delivery == of).order_by(delivery_move.c.at)
        )
        return [tuple(row) for row in rows]


def test_what_was_sent_is_kept_as_it_was_said(database: Database) -> None:
    made = opened(database)
    assert made.sent == SENT
    assert made.state is DeliveryState.RECEIVED
    assert abs(made.received_at - now()) < timedelta(seconds=10)
    assert made.moved_at == made.received_at
    assert (made.report, made.changes, made.version) == (None, None, None)
    with reading(database) as connection:
        assert REGISTER.get(connection, made.id) == made
    assert steps(database, made.id) == [(None, "received", CLERK, "")]


def test_the_same_key_is_the_same_delivery_wherever_it_stands(database: Database) -> None:
    made = opened(database)
    on = moved(database, made, DeliveryState.WAITING)
    assert opened(database) == on
    assert opened(database, replace(SENT, file_name="renamed.gpkg", sender=REVIEWER)) == on
    assert len(steps(database, made.id)) == 2


OTHERS = [
    replace(SENT, digest="cd" * 32),
    replace(SENT, layer=LayerId("layer_rivers")),
    replace(SENT, mode=Mode.FULL),
    replace(SENT, crs=None),
    replace(SENT, source_layer="other"),
    replace(SENT, party=PartyId("party_water")),
]


@pytest.mark.parametrize("other", OTHERS)
def test_a_key_is_not_for_other_bytes_or_other_words_on_them(database: Database, other: Sent) -> None:
    opened(database)
    with pytest.raises(Conflict) as refused, unit(database) as act:
        REGISTER.open(act, other)
    assert refused.value.field == "key"


def free_key(database: Database, wanted: str = "key", *, again: bool = False) -> str:
    """The key under which a sending goes on."""
    with reading(database) as connection:
        return REGISTER.free_key(connection, wanted, again=again)


@pytest.mark.parametrize(
    ("road", "key"),
    [
        ([], "key"),
        ([DeliveryState.WAITING], "key"),
        ([DeliveryState.ASKED], "key"),
        ([DeliveryState.ACCEPTED], "key"),
        ([DeliveryState.ACCEPTED, DeliveryState.LANDED], "key"),
        ([DeliveryState.RETURNED], "key:1"),
        ([DeliveryState.WITHDRAWN], "key:1"),
    ],
)
def test_a_sending_goes_on_or_is_sent_anew(database: Database, road: list[DeliveryState], key: str) -> None:
    assert free_key(database) == "key"
    moved(database, opened(database, replace(SENT, key="key")), *road)
    assert free_key(database) == key
    assert free_key(database, "ke") == "ke"
    assert free_key(database, "k%y") == "k%y"


def test_what_was_sent_anew_counts_on_and_what_landed_is_sent_anew_on_demand(database: Database) -> None:
    for number in range(3):
        key = free_key(database)
        assert key == ("key" if number == 0 else f"key:{number}")
        moved(database, opened(database, replace(SENT, key=key)), DeliveryState.RETURNED)
    landed = (DeliveryState.ACCEPTED, DeliveryState.LANDED)
    moved(database, opened(database, replace(SENT, key="key:3")), *landed)
    assert free_key(database) == "key:3"
    moved(database, opened(database, replace(SENT, key="another file")), *landed)
    assert free_key(database) == "key:3"
    assert free_key(database, again=True) == "key:4"


@pytest.mark.parametrize(
    ("road", "after"),
    [
        ([DeliveryState.WAITING], DeliveryState.WITHDRAWN),
        ([DeliveryState.ASKED], DeliveryState.WITHDRAWN),
        ([DeliveryState.ACCEPTED, DeliveryState.LANDED], DeliveryState.LANDED),
    ],
)
def test_what_is_blanked_says_nothing_of_its_data(
    database: Database, road: list[DeliveryState], after: DeliveryState
) -> None:
    seen = opened(database)
    with unit(database) as act:
        held = {"about": "a secret"}
        seen = REGISTER.move(act, seen, road[0], CLERK, "", report=held, question=held, answer=held)
    seen = moved(database, seen, *road[1:])
    with unit(database) as act:
        REGISTER.blank(act, seen)
        found = REGISTER.get(act.connection, seen.id)
    assert (found.report, found.sent.file_name, found.state) == (None, "", after)
    assert (found.question, found.answer) == (None, None)
    assert steps(database, seen.id)[-1][1] == after


def test_the_same_key_sent_at_once_is_one_delivery(database: Database) -> None:
    with ThreadPoolExecutor(6) as pool:
        ids = {made.id for made in pool.map(lambda _: opened(database), range(12))}
    assert len(ids) == 1
    assert len(steps(database, ids.pop())) == 1


@pytest.mark.parametrize("before", DeliveryState)
@pytest.mark.parametrize("after", DeliveryState)
def test_only_known_steps_are_taken(database: Database, before: DeliveryState, after: DeliveryState) -> None:
    made = replace(opened(database), state=before)
    with unit(database) as act:
        act.connection.execute(sa.update(delivery).values(state=before.value))
    if after in NEXT[before]:
        assert moved(database, made, after).state is after
        assert steps(database, made.id)[-1] == (before, after, REVIEWER, f"to {after}")
        return
    with pytest.raises(IllegalMove) as refused:
        moved(database, made, after)
    assert refused.value.field == "state"
    assert len(steps(database, made.id)) == 1


def test_states_say_in_words_what_they_are_and_whether_they_end() -> None:
    assert {state for state in DeliveryState if state.ended} == {state for state in NEXT if not NEXT[state]}
    assert len({state.words.zh for state in DeliveryState}) == len(DeliveryState)
    reached = {DeliveryState.RECEIVED}.union(*NEXT.values())
    assert reached == set(DeliveryState)


def test_a_move_keeps_what_is_now_known_and_forgets_nothing(database: Database) -> None:
    seen = opened(database)
    report, changes = {"score": 97.5, "findings": ["道路"]}, {"added": 3}
    with unit(database) as act:
        seen = REGISTER.move(act, seen, DeliveryState.ACCEPTED, CLERK, "fine", report=report, changes=changes)
    assert (seen.report, seen.changes, seen.version) == (report, changes, None)
    with unit(database) as act:
        seen = REGISTER.move(act, seen, DeliveryState.LANDED, CLERK, "", version=VersionId("v1"))
    assert (seen.report, seen.changes, seen.version) == (report, changes, "v1")
    assert seen.moved_at > seen.received_at
    assert seen.state.ended


def test_a_question_and_its_answer_are_kept(database: Database) -> None:
    seen, asked, said = opened(database), {"about": "crs", "proposal": "GCJ-02"}, {"crs": "GCJ-02", "at": 1}
    with unit(database) as act:
        seen = REGISTER.move(act, seen, DeliveryState.ASKED, CLERK, "坐标", question=asked)
    assert (seen.question, seen.answer, seen.state.ended) == (asked, None, False)
    with unit(database) as act:
        seen = REGISTER.move(act, seen, DeliveryState.RECEIVED, CLERK, "GCJ-02", answer=said)
    seen = moved(database, seen, DeliveryState.ACCEPTED)
    assert (seen.question, seen.answer) == (asked, said)


def test_two_reviewers_have_one_winner(database: Database) -> None:
    seen = moved(database, opened(database), DeliveryState.WAITING)

    def decide(to: DeliveryState) -> DeliveryState | None:
        try:
            return moved(database, seen, to).state
        except Conflict:
            return None

    with ThreadPoolExecutor(4) as pool:
        decided = list(pool.map(decide, [DeliveryState.ACCEPTED, DeliveryState.RETURNED] * 4))
    winners = [state for state in decided if state is not None]
    assert len(winners) == 1
    with reading(database) as connection:
        assert REGISTER.get(connection, seen.id).state is winners[0]
    assert len(steps(database, seen.id)) == 3


def test_deliveries_are_found_by_resource_state_and_bytes(database: Database) -> None:
    made = [opened(database, replace(SENT, key=f"key-{number}")) for number in range(4)]
    other = opened(
        database, replace(SENT, key="other", resource=ResourceId("resource_rivers"), digest="cd" * 32)
    )
    waiting = [moved(database, made[number], DeliveryState.WAITING).id for number in (2, 0)]
    with reading(database) as connection:
        newest_first = [found.id for found in REGISTER.of_resource(connection, SENT.resource)]
        assert newest_first == [one.id for one in reversed(made)]
        assert len(REGISTER.of_resource(connection, SENT.resource, limit=2)) == 2
        found = REGISTER.in_state(connection, DeliveryState.WAITING)
        assert [one.id for one in found] == sorted(waiting, key=[one.id for one in made].index)
        both = REGISTER.in_state(connection, DeliveryState.WAITING, DeliveryState.RECEIVED)
        assert len(both) == 5
        assert {one.id for one in REGISTER.of_digest(connection, SENT.digest)} == {one.id for one in made}
        assert [one.id for one in REGISTER.of_digest(connection, other.sent.digest)] == [other.id]
        assert REGISTER.in_state(connection, DeliveryState.LANDED) == []


def test_heads_tell_what_a_list_needs(database: Database) -> None:
    made = [
        opened(database, replace(SENT, key=f"k{number}", party=PartyId(f"p{number % 2}")))
        for number in range(5)
    ]
    report = {"score": 61, "findings": [{}, {}]}
    for seen in made:
        with unit(database) as act:
            REGISTER.move(act, seen, DeliveryState.WAITING, CLERK, "", report=report)
    with reading(database) as connection:
        count, heads = heads_in(connection, DeliveryState.WAITING, None, 2)
        assert (count, [head.id for head in heads]) == (5, [one.id for one in made[:2]])
        assert (heads[0].score, heads[0].findings, heads[0].file_name) == (61, 2, SENT.file_name)
        count, heads = heads_in(connection, DeliveryState.WAITING, [PartyId("p1")], 9)
        assert (count, [head.id for head in heads]) == (2, [made[1].id, made[3].id])
        assert heads_in(connection, DeliveryState.WAITING, [], 9) == (0, [])
        count, heads = heads_in(connection, DeliveryState.WAITING, None, 9, last_of_layer=True)
        assert (count, [head.id for head in heads]) == (1, [made[4].id])
        assert [head.id for head in last_heads(connection, [PartyId("p1")])] == [made[3].id]
        assert last_heads(connection, [PartyId("p1")], DeliveryState.LANDED) == []
        assert set(heads_of(connection, [made[0].id, made[2].id])) == {made[0].id, made[2].id}
    with unit(database) as act:
        REGISTER.blank(act, REGISTER.get(act.connection, made[0].id))
        blank = heads_of(act.connection, [made[0].id])[made[0].id]
    assert (blank.score, blank.findings, blank.file_name) == (None, 0, "")


def test_a_delivery_that_is_not_there_is_missing(database: Database) -> None:
    with reading(database) as connection, pytest.raises(Missing):
        REGISTER.get(connection, DeliveryId("dlv_nobody"))
