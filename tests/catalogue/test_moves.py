"""All 81 pairs of states: the legal ones as a table, everything else refused with the legal ones named."""

from __future__ import annotations

from itertools import pairwise, product

import pytest

from diban.catalogue import MOVES, Hand, State, move_between, moves_from
from diban.ground import IllegalMove

LEGAL = """
draft                -> registration_review   steward
registration_review  -> registered            own_approver
registration_review  -> returned              own_approver                reason
registration_review  -> registration_refused  own_approver                reason
registered           -> publication_review    steward
publication_review   -> published             city_approver
publication_review   -> returned              city_approver               reason
publication_review   -> publication_refused   city_approver               reason
published            -> withdrawn             city_approver+own_approver  reason
returned             -> registration_review   steward
registration_refused -> draft                 steward
publication_refused  -> draft                 steward
withdrawn            -> draft                 steward
withdrawn            -> publication_review    steward
"""
TABLE = {(words[0], words[2]): words[3:] for words in map(str.split, LEGAL.strip().splitlines())}


def test_there_are_nine_states_with_titles_in_both_languages() -> None:
    assert len(State) == 9
    assert [state.words.zh for state in State] == [
        *("草稿", "待注册审核", "已注册", "待发布审核", "发布"),
        *("退回修改", "注册拒绝", "发布拒绝", "取消发布"),
    ]


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_every_pair_of_states(before: State, after: State) -> None:
    row = TABLE.get((before.value, after.value))
    if row is None:
        with pytest.raises(IllegalMove) as refused:
            move_between(before, after)
        assert refused.value.limit == ", ".join(move.after.value for move in moves_from(before))
        assert refused.value.remedy is not None
        return
    move = move_between(before, after)
    assert "+".join(sorted(hand.value for hand in move.hands)) == row[0]
    assert move.reason is ("reason" in row)


def test_no_state_is_a_dead_end_and_none_out_of_reach() -> None:
    assert {move.before for move in MOVES} == set(State)
    assert {move.after for move in MOVES} == set(State)
    assert len(MOVES) == len(TABLE)


def test_the_way_to_the_map_needs_the_agency_first_and_then_the_city() -> None:
    road = [
        State.DRAFT,
        State.REGISTRATION_REVIEW,
        State.REGISTERED,
        State.PUBLICATION_REVIEW,
        State.PUBLISHED,
    ]
    hands = [move_between(before, after).hands for before, after in pairwise(road)]
    assert hands == [{Hand.STEWARD}, {Hand.OWN_APPROVER}, {Hand.STEWARD}, {Hand.CITY_APPROVER}]
    assert [move.before for move in MOVES if move.after is State.PUBLISHED] == [State.PUBLICATION_REVIEW]
