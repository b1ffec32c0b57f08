"""Grants looked through: by party, layer and state, a page at a time; and whose duty they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from diban.catalogue import Resource, Sharing, State
from diban.governance import (
    Asker,
    By,
    Grants,
    GrantsAsked,
    GrantState,
    Role,
    Via,
    count_grants,
    find_grant,
    grant_page,
    granted_pairs,
    grants_by_party,
    grants_on,
    grants_seen,
    may_grant,
    sees_grants_of,
    state_of,
)
from diban.ground import AccountId, Denied, LayerId, LayerScope, Missing, PartyId, ResourceId, micros, now
from diban.store import Database, Generation, reading, unit
from tests.catalogue.made_up import ENTRY

BY = By("approver", "housing", "req_test")
US, THEM = PartyId("party_us"), PartyId("party_them")
ROADS, HOUSES = LayerId("lyr_roads"), LayerId("lyr_houses")


def give(database: Database, party: PartyId, layer: LayerId) -> str:
    with unit(database) as act:
        return Grants(Generation(database)).give(
            act, BY, party=party, layer=layer, limits=LayerScope(), purpose="tests", basis="tests"
        )


def test_lines_are_narrowed_and_paged(database: Database) -> None:
    roads, houses, theirs = give(database, US, ROADS), give(database, US, HOUSES), give(database, THEM, ROADS)
    with unit(database) as act:
        Grants(Generation(database)).revoke(act, BY, houses, "over")
        ended = sa.text("UPDATE access_grant SET until = :until WHERE id = :grant")
        act.connection.execute(ended, {"until": micros(now()) - 1, "grant": theirs})
    moment = now()
    every = [GrantsAsked(state=state) for state in GrantState]
    with reading(database) as connection:
        assert [[one.id for one in grant_page(connection, asked, moment, None, 9)] for asked in every] == [
            [roads],
            [theirs],
            [houses],
        ]
        assert [count_grants(connection, asked, moment) for asked in every] == [1, 1, 1]
        first = grant_page(connection, GrantsAsked(), moment, None, 2)
        rest = grant_page(connection, GrantsAsked(), moment, first[-1].id, 2)
        assert [one.id for one in (*first, *rest)] == sorted((roads, houses, theirs), reverse=True)
        asked = GrantsAsked(party=US, layers=(ROADS,))
        assert [one.id for one in grant_page(connection, asked, moment, None, 9)] == [roads]
        assert grant_page(connection, GrantsAsked(layers=()), moment, None, 9) == []
        assert grants_by_party(connection, moment) == {US: 1}
        assert granted_pairs(connection, (HOUSES,)) == {(US, HOUSES)}
        assert granted_pairs(connection, None) == {(US, ROADS), (US, HOUSES), (THEM, ROADS)}
        held = find_grant(connection, theirs)
        assert held is not None
        assert state_of(held, moment) is GrantState.ENDED
        assert state_of(held, moment - timedelta(days=1)) is GrantState.VALID
        assert find_grant(connection, "gra_none") is None


def asker(role: Role, party: PartyId = US, via: Via = Via.SESSION) -> Asker:
    return Asker(AccountId("acc"), party, frozenset({role}), frozenset({party}), via, "req")


def resource(provider: PartyId, sharing: Sharing, state: State = State.PUBLISHED) -> Resource:
    entry = replace(ENTRY, provider=provider, sharing=sharing, sharing_condition=ENTRY.sharing_condition)
    moment = now()
    return Resource(ResourceId("res"), None, entry, state, 1, (), moment, moment, None)


def test_who_gives_and_who_looks() -> None:
    ours, open_ = resource(US, Sharing.CONDITIONAL), resource(THEM, Sharing.UNCONDITIONAL)
    approver, bureau = asker(Role.APPROVER), asker(Role.DATA_BUREAU)
    assert (grants_on(approver, ours), grants_on(approver, open_)) == (True, False)
    assert (grants_on(bureau, ours), grants_on(bureau, open_)) == (False, True)
    assert grants_seen(approver) == frozenset({US})
    assert (sees_grants_of(approver, US), sees_grants_of(approver, THEM)) == (True, False)
    for role in (Role.DATA_BUREAU, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.STEERING_GROUP):
        assert grants_seen(asker(role)) is None
        assert sees_grants_of(asker(role), THEM)
    for role in (Role.STEWARD, Role.SYSTEM_ADMIN, Role.SPATIAL_CENTRE):
        with pytest.raises(Denied):
            grants_seen(asker(role))
    with pytest.raises(Denied):
        grants_seen(asker(Role.APPROVER, via=Via.KEY))


def test_of_a_draft_of_others_nothing_is_known() -> None:
    with pytest.raises(Denied):
        may_grant(asker(Role.APPROVER), resource(THEM, Sharing.CONDITIONAL), "roads")
    with pytest.raises(Missing):
        may_grant(asker(Role.APPROVER), resource(THEM, Sharing.CONDITIONAL, State.DRAFT), "roads")
    may_grant(asker(Role.APPROVER), resource(US, Sharing.CONDITIONAL, State.DRAFT), "roads")
