"""Reading what has not landed (values, and where features lie) is noted in the audit, or it is not read."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from diban.governance import Asker
from diban.intake import Delivery
from diban.share.services import Services
from diban.store import unit

_COUNTED = frozenset({"row", "field"})


def note_reading(
    services: Services, request: Request, asker: Asker, delivery: Delivery, act: str, **counts: int | str
) -> None:
    """Write down who reads how much of a delivery; HEAD takes nothing, so nothing is noted of it."""
    if request.state.bare:
        return
    with unit(services.database) as written:
        asker.by().note(written, act, delivery.id, counts)


def quoted(document: dict[str, Any]) -> int:
    """How many places of a delivery's document, or of its report's, tell more than the number of a row."""
    asked = document.get("question") or {"candidates": []}
    drawn = sum(len(one["places"]) for one in asked["candidates"])
    places = (place for finding in document["findings"] for place in finding["places"])
    return drawn + sum(
        any(place[name] is not None for name in place if name not in _COUNTED) for place in places
    )
