"""The states of resources and deliveries, the legal moves, and whose hand makes each."""

from __future__ import annotations

from diban.catalogue import EDITABLE, MOVES, Hand, State
from diban.governance import REVIEW_POLICY
from diban.intake import DeliveryState
from tools.reference.markdown import code, table
from tools.reference.roles import holders
from tools.reference.source import part

_BY = {
    ("received", "accepted"): "the review policy",
    ("received", "returned"): "the review policy",
    ("received", "waiting"): "the review policy",
    ("waiting", "accepted"): "a reviewer who is not the sender",
    ("waiting", "returned"): "a reviewer; the sender too",
    ("accepted", "landed"): "the platform",
    ("accepted", "received"): "the platform, when another delivery of the layer landed first",
    ("received", "asked"): "the platform, when it cannot be sure of the coordinates",
    ("received", "tried"): "the platform, when only a trial was asked for",
    ("asked", "received"): "the sender, with `diban answer` or in the portal",
    ("asked", "withdrawn"): "the sender, with `diban answer --withdraw`; an expunge",
    ("received", "withdrawn"): "the sender; an expunge",
    ("waiting", "withdrawn"): "the sender; an expunge",
    (
        "waiting",
        "received",
    ): "the sender, who accepts the proposed repairs with `diban report --accept-repairs` or in the portal",
}


def states() -> str:
    """The page."""
    return "\n\n".join(
        [
            "# States",
            "## Resource (资源)",
            "Nine states. `diban publish` makes the forward moves that are the acting account's; every other "
            "move is made with `--to`.",
            table(("state", "中文", "English", "entry"), _resource_states()),
            table(("from", "to", "by whose hand", "roles", "reason"), _moves()),
            _diagram(),
            "## Delivery (交付)",
            "A delivery has states of its own: an update leaves a published resource published.",
            table(("state", "中文", "English", "ended"), _delivery_states()),
            table(("from", "to", "by"), _delivery_moves()),
            "## Review policy (审核政策)",
            f"Version {REVIEW_POLICY.version}. {REVIEW_POLICY.citation.en}. {REVIEW_POLICY.citation.zh}。",
        ]
    )


def _resource_states() -> list[tuple[str, ...]]:
    return [
        (code(state.value), state.words.zh, state.words.en, "may be changed" if state in EDITABLE else "")
        for state in State
    ]


def _moves() -> list[tuple[str, ...]]:
    return [
        (
            code(move.before.value),
            code(move.after.value),
            ", ".join(f"{hand.words.en} {hand.words.zh}" for hand in _in_order(move.hands)),
            ", ".join(code(role.value) for role in holders(move)),
            "required" if move.reason else "",
        )
        for move in MOVES
    ]


def _in_order(hands: frozenset[Hand]) -> list[Hand]:
    return [hand for hand in Hand if hand in hands]


def _diagram() -> str:
    lines = [f"    {move.before.value} --> {move.after.value}" for move in MOVES]
    return "\n".join(["```mermaid", "stateDiagram-v2", f"    [*] --> {State.DRAFT.value}", *lines, "```"])


def _delivery_states() -> list[tuple[str, ...]]:
    return [
        (code(state.value), state.words.zh, state.words.en, "yes" if state.ended else "")
        for state in DeliveryState
    ]


def _delivery_moves() -> list[tuple[str, ...]]:
    following = part("diban.intake.delivery_state", "NEXT")
    return [
        (code(before.value), code(after.value), _BY[before.value, after.value])
        for before in DeliveryState
        for after in DeliveryState
        if after in following[before]
    ]
