"""The role matrix, cell by cell: who may do what, on whose things."""

from __future__ import annotations

from itertools import product

import pytest

from diban.catalogue import MOVES, Move, State, move_between
from diban.governance.asker import Asker, Via, may, may_move
from diban.governance.party_kind import PartyKind
from diban.governance.roles import ADMINISTRATORS, BY_KEY, Permission, Role, check_roles
from diban.ground import AccountId, Denied, Invalid, PartyId

OWN, BELOW, OTHER = PartyId("party_own"), PartyId("party_below"), PartyId("party_other")

# o: on its own party's things and those below it; A: on everyone's; .: never
MATRIX = """
                    steer data plan centre distr hous fin steward approver dev secur public sys sec aud
deliver             .     .    .    .      o     o    .   o       .        .   .     .      .   .   .
enter_resource      .     .    .    .      o     o    .   o       .        .   .     .      .   .   .
approve_own         .     .    .    .      o     .    .   .       o        .   .     .      .   .   .
approve_city        .     A    A    .      .     .    .   .       .        .   .     .      .   .   .
review_delivery     .     .    A    A      o     .    .   .       o        .   .     .      .   .   .
request_access      .     .    .    .      o     o    o   o       .        .   .     .      .   .   .
grant               .     .    .    .      o     .    .   .       o        .   .     .      .   .   .
grant_unconditional .     A    .    .      .     .    .   .       .        .   .     .      .   .   .
hand_over           .     .    .    .      o     .    .   .       .        .   .     .      .   .   .
issue_keys          .     .    .    .      o     .    .   o       .        .   .     .      .   .   .
set_rules           A     .    A    .      .     .    .   .       .        .   .     .      .   .   .
operate             .     .    .    A      .     .    .   .       .        .   .     .      A   .   .
manage_accounts     .     .    .    .      .     .    .   .       .        .   .     .      A   .   .
assign_roles        .     .    .    .      .     .    .   .       .        .   .     .      .   A   .
read_audit          A     .    .    .      .     .    .   .       .        .   A     .      .   .   A
inspect             .     .    A    .      .     .    .   .       .        .   A     .      .   .   .
expunge_request     .     .    A    .      .     .    .   .       o        .   .     .      .   .   .
expunge_confirm     .     .    .    .      .     .    .   .       .        .   .     .      .   A   .
assess              .     A    A    .      .     .    .   .       .        .   .     .      .   .   .
see_all             A     A    A    A      .     .    .   .       .        .   A     .      .   .   .
see_costs           A     .    .    .      .     .    A   .       .        .   .     .      .   .   .
"""
ROLES = [
    *(Role.STEERING_GROUP, Role.DATA_BUREAU, Role.PLANNING_BUREAU, Role.SPATIAL_CENTRE, Role.DISTRICT),
    *(Role.HOUSING_BUREAU, Role.REFORM_FINANCE, Role.STEWARD, Role.APPROVER, Role.DEVELOPER),
    *(Role.SECURITY_AUTHORITY, Role.PUBLIC, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN),
]
ROWS = {words[0]: words[1:] for words in map(str.split, MATRIX.strip().splitlines()[1:])}
WRITING = set(Permission) - {
    Permission.READ_AUDIT,
    Permission.INSPECT,
    Permission.SEE_ALL,
    Permission.SEE_COSTS,
}


def asker(*roles: Role, via: Via = Via.SESSION) -> Asker:
    return Asker(AccountId("account_1"), OWN, frozenset(roles), frozenset({OWN, BELOW}), via, "req_1")


def test_the_table_is_whole() -> None:
    assert set(ROWS) == {permission.value for permission in Permission}
    assert list(Role) == ROLES


@pytest.mark.parametrize(("role", "permission"), list(product(Role, Permission)))
def test_every_cell(role: Role, permission: Permission) -> None:
    cell = ROWS[permission.value][ROLES.index(role)]
    for party, passes in ((OWN, "oA"), (BELOW, "oA"), (OTHER, "A"), (None, "A")):
        if cell in passes:
            may(asker(role), permission, party)
        else:
            with pytest.raises(Denied) as refused:
                may(asker(role), permission, party)
            assert refused.value.field == permission.value
            assert refused.value.remedy is not None


def test_a_district_never_touches_the_citys_or_another_districts_things() -> None:
    assert not any(asker(Role.DISTRICT).allowed(permission, OTHER) for permission in Permission)


def test_the_security_authority_changes_nothing() -> None:
    assert not any(asker(Role.SECURITY_AUTHORITY).allowed(permission, OWN) for permission in WRITING)


def test_the_three_administrators_share_no_power_and_hold_no_data() -> None:
    powers = [set(asker(role).permissions()) for role in sorted(ADMINISTRATORS)]
    assert sum(map(len, powers)) == len(set.union(*powers))
    assert not any(power & {Permission.DELIVER, Permission.GRANT, Permission.SEE_ALL} for power in powers)


def test_anyone_and_a_key_decide_nothing() -> None:
    assert Asker.anonymous("req_1").permissions() == {}
    everything = asker(*Role, via=Via.KEY)
    assert set(everything.permissions()) == BY_KEY
    with pytest.raises(Denied):
        may(everything, Permission.APPROVE_CITY, OWN)


def test_the_wider_of_two_roles_counts() -> None:
    both = asker(Role.APPROVER, Role.PLANNING_BUREAU)
    assert both.allowed(Permission.REVIEW_DELIVERY, OTHER)
    assert not both.allowed(Permission.APPROVE_OWN, OTHER)


@pytest.mark.parametrize("step", MOVES, ids=lambda step: f"{step.before}-{step.after}")
def test_each_move_is_made_by_its_hands_only(step: Move) -> None:
    hands = {
        "steward": (Role.STEWARD, OWN),
        "own_approver": (Role.APPROVER, OWN),
        "city_approver": (Role.PLANNING_BUREAU, OTHER),
    }
    for hand, (role, provider) in hands.items():
        if hand in {each.value for each in step.hands}:
            may_move(asker(role), step, provider)
        else:
            with pytest.raises(Denied):
                may_move(asker(role), step, provider)
    with pytest.raises(Denied):
        may_move(asker(Role.STEWARD, Role.APPROVER), step, OTHER)


def test_an_agency_cannot_publish_by_itself() -> None:
    publish = move_between(State.PUBLICATION_REVIEW, State.PUBLISHED)
    with pytest.raises(Denied):
        may_move(asker(Role.STEWARD, Role.APPROVER, Role.DISTRICT), publish, OWN)


@pytest.mark.parametrize(
    ("roles", "kind", "good"),
    [
        ({Role.STEWARD, Role.APPROVER}, PartyKind.AGENCY, True),
        ({Role.STEWARD}, PartyKind.DEVELOPER, False),
        ({Role.DEVELOPER}, PartyKind.DEVELOPER, True),
        ({Role.PLANNING_BUREAU, Role.APPROVER}, PartyKind.PLANNING_BUREAU, True),
        ({Role.PLANNING_BUREAU}, PartyKind.DISTRICT, False),
        ({Role.DATA_BUREAU}, PartyKind.AGENCY, False),
        ({Role.SYSTEM_ADMIN}, PartyKind.SPATIAL_CENTRE, True),
        ({Role.SYSTEM_ADMIN}, PartyKind.AGENCY, False),
        ({Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN}, PartyKind.SPATIAL_CENTRE, False),
        ({Role.SECURITY_ADMIN, Role.SPATIAL_CENTRE}, PartyKind.SPATIAL_CENTRE, False),
        (set(), PartyKind.AGENCY, True),
    ],
)
def test_roles_fit_their_party_and_administrators_hold_one(
    roles: set[Role], kind: PartyKind, good: bool
) -> None:
    if good:
        check_roles(frozenset(roles), kind)
    else:
        with pytest.raises(Invalid):
            check_roles(frozenset(roles), kind)
