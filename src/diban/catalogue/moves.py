"""The legal moves between states, and whose hand makes each: the agency's own first, then the city's."""

from __future__ import annotations

from dataclasses import dataclass

from diban.catalogue.state import State
from diban.catalogue.titled import Titled
from diban.ground import IllegalMove, Text


class Hand(Titled):
    """Who makes a move; governance says which roles are that hand."""

    STEWARD = "steward", "提供方目录管理员", "the provider's steward"
    OWN_APPROVER = "own_approver", "提供方审核人", "the provider's own approver"
    CITY_APPROVER = "city_approver", "市级审核人", "the city's approver"


@dataclass(frozen=True, slots=True)
class Move:
    """A legal step; any one of ``hands`` makes it, and says why where a ``reason`` is needed."""

    before: State
    after: State
    hands: frozenset[Hand]
    reason: bool = False


def _move(before: State, after: State, *hands: Hand, reason: bool = False) -> Move:
    return Move(before, after, frozenset(hands), reason)


MOVES: tuple[Move, ...] = (
    _move(State.DRAFT, State.REGISTRATION_REVIEW, Hand.STEWARD),
    _move(State.REGISTRATION_REVIEW, State.REGISTERED, Hand.OWN_APPROVER),
    _move(State.REGISTRATION_REVIEW, State.RETURNED, Hand.OWN_APPROVER, reason=True),
    _move(State.REGISTRATION_REVIEW, State.REGISTRATION_REFUSED, Hand.OWN_APPROVER, reason=True),
    _move(State.REGISTERED, State.PUBLICATION_REVIEW, Hand.STEWARD),
    _move(State.PUBLICATION_REVIEW, State.PUBLISHED, Hand.CITY_APPROVER),
    _move(State.PUBLICATION_REVIEW, State.RETURNED, Hand.CITY_APPROVER, reason=True),
    _move(State.PUBLICATION_REVIEW, State.PUBLICATION_REFUSED, Hand.CITY_APPROVER, reason=True),
    _move(State.PUBLISHED, State.WITHDRAWN, Hand.OWN_APPROVER, Hand.CITY_APPROVER, reason=True),
    # What was returned or refused, or is to be changed after withdrawal, starts again at the agency.
    _move(State.RETURNED, State.REGISTRATION_REVIEW, Hand.STEWARD),
    _move(State.REGISTRATION_REFUSED, State.DRAFT, Hand.STEWARD),
    _move(State.PUBLICATION_REFUSED, State.DRAFT, Hand.STEWARD),
    _move(State.WITHDRAWN, State.DRAFT, Hand.STEWARD),
    _move(State.WITHDRAWN, State.PUBLICATION_REVIEW, Hand.STEWARD),
)


def moves_from(state: State) -> tuple[Move, ...]:
    """What may happen next."""
    return tuple(move for move in MOVES if move.before is state)


def move_between(before: State, after: State) -> Move:
    """The legal move between two states; `IllegalMove` names those there are."""
    legal = moves_from(before)
    for move in legal:
        if move.after is after:
            return move
    raise IllegalMove(
        Text(
            zh=f"不能从“{before.words.zh}”变为“{after.words.zh}”",
            en=f"no way from {before.words.en!r} to {after.words.en!r}",
        ),
        field="state",
        limit=", ".join(move.after.value for move in legal),
        remedy=Text(
            zh="可变为：" + "、".join(move.after.words.zh for move in legal),
            en="possible: " + ", ".join(move.after.words.en for move in legal),
        ),
    )
