"""Published (发布): a resource moves through its states, each step by the hand whose duty it is."""

from __future__ import annotations

from diban.app.wiring import Platform
from diban.catalogue import Move, Resource, State, moves_from
from diban.governance import Act, Asker, may_move, record_evidence
from diban.ground import AccountId, Denied
from diban.store import reading, unit

FORWARD = (
    State.DRAFT,
    State.REGISTRATION_REVIEW,
    State.REGISTERED,
    State.PUBLICATION_REVIEW,
    State.PUBLISHED,
)


def step(platform: Platform, slug: str, to: State, asker: Asker, why: str = "") -> Resource:
    """Move a resource one step; readers and services follow within a second."""
    by = asker.by()
    with unit(platform.database) as act:
        seen = platform.catalogue.by_slug(act.connection, slug)
        moved = platform.catalogue.move(act, seen, to, AccountId(by.actor), why)
        may_move(asker, _move(seen.state, to), seen.entry.provider)
        by.note(
            act, "resource.move", seen.id, {"before": seen.state.value, "after": to.value, "why": why[:500]}
        )
        if to is State.PUBLISHED:
            record_evidence(act, Act.PUBLISHED, seen.entry.provider, resource=seen.id)
        platform.feed.append(act, "resource.moved", seen.id, {"slug": slug, "state": to.value})
        platform.generation.bump(act)
    return moved


def go_forward(platform: Platform, slug: str, asker: Asker) -> Resource:
    """Take every step towards publication that is this asker's to take; `Denied` when none is."""
    with reading(platform.database) as connection:
        resource = platform.catalogue.by_slug(connection, slug)
    moved = False
    while (following := _following(resource.state)) is not None:
        try:
            may_move(asker, _move(resource.state, following), resource.entry.provider)
        except Denied:
            if moved:
                return resource
            raise
        resource, moved = step(platform, slug, following, asker), True
    return resource


def _following(state: State) -> State | None:
    if state is State.RETURNED:
        return State.REGISTRATION_REVIEW
    if state is State.WITHDRAWN:
        return State.PUBLICATION_REVIEW
    if state not in FORWARD or state is State.PUBLISHED:
        return None
    return FORWARD[FORWARD.index(state) + 1]


def _move(before: State, after: State) -> Move:
    return next(move for move in moves_from(before) if move.after is after)
