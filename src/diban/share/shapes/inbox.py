"""What waits for the asker, and what their party provides."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from diban.catalogue import State
from diban.share.shapes.delivery_line import DeliveryLine
from diban.share.shapes.told import told
from diban.share.shapes.words import Moment, Text, Titled


@told
class MoveOffer(TypedDict):
    """A step of a resource that is the asker's to take; ``reason`` where one has to say why."""

    to: State
    title: Text
    reason: bool


@told
class Target(TypedDict):
    """What an erasure would remove: everything of a delivery, an original, or rows of a layer."""

    kind: Literal["blob", "delivery", "rows"]
    of: str
    fids: list[int]


@told
class Waiting(TypedDict):
    """Something that waits for the asker: a delivery, a resource or an erasure; its members by its kind."""

    id: str
    since: NotRequired[Moment | None]
    due_at: NotRequired[Moment | None]
    reason: NotRequired[str]
    target: NotRequired[Target]
    moves: NotRequired[list[MoveOffer]]
    resource: NotRequired[str]
    resource_title: NotRequired[Text]
    state: NotRequired[str]
    state_title: NotRequired[Text]
    file_name: NotRequired[str]
    received_at: NotRequired[Moment]
    moved_at: NotRequired[Moment]
    dry_run: NotRequired[bool]
    score: NotRequired[float | None]
    findings: NotRequired[int]
    update_cycle: NotRequired[Titled]
    layers: NotRequired[list[str]]
    landed_at: NotRequired[Moment | None]
    overdue: NotRequired[bool]
    last_delivery: NotRequired[DeliveryLine | None]


@told
class WaitingKind(TypedDict):
    """What waits of one kind: how many, and the first of them."""

    kind: Literal["answer", "repair", "mend", "review", "approve", "expunge", "due"]
    title: Text
    count: int
    items: list[Waiting]


@told
class Inbox(TypedDict):
    """What waits for the asker, by kind."""

    count: int
    kinds: list[WaitingKind]


@told
class Provided(TypedDict):
    """A resource of the asker's party, with the last delivery and when the next is due."""

    id: str
    resource: str
    resource_title: Text
    state: State
    state_title: Text
    update_cycle: Titled
    layers: list[str]
    landed_at: Moment | None
    due_at: Moment | None
    overdue: bool
    last_delivery: DeliveryLine | None


@told
class ProvidedList(TypedDict):
    """The resources of the asker's party."""

    resources: list[Provided]


@told
class Tombstone(TypedDict):
    """An erasure: what, why, and how far it is; ``counts`` says what was removed."""

    id: str
    state: str
    target: Target
    reason: str
    requested_at: Moment
    confirmed_at: Moment | None
    done_at: Moment | None
    counts: dict[str, int]
