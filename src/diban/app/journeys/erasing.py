"""Expunge (清除): secret or personal data brought in by mistake leaves no trace; two persons agree."""

from __future__ import annotations

from diban.app.journeys.eraser import PlatformEraser
from diban.app.wiring import Platform
from diban.governance import (
    Asker,
    Permission,
    Target,
    TargetKind,
    Tombstone,
    carry_out,
    confirm_expunge,
    may,
    request_expunge,
)
from diban.ground import DeliveryId, LayerId, PartyId
from diban.store import Unit, unit


def ask_to_erase(platform: Platform, target: Target, reason: str, asker: Asker) -> str:
    """The first person's word; nothing is removed yet. Answers the expunge's id."""
    with unit(platform.database) as act:
        for provider in _providers(platform, act, target):
            may(asker, Permission.EXPUNGE_REQUEST, provider)
        return request_expunge(act, asker.by(), target, reason)


def _providers(platform: Platform, act: Unit, target: Target) -> list[PartyId | None]:
    """Whose data the target is; None for bytes that no delivery names. `Missing` when there is none."""
    if target.kind is TargetKind.ROWS:
        return [platform.catalogue.by_layer(act.connection, LayerId(target.of)).entry.provider]
    if target.kind is TargetKind.DELIVERY:
        return [platform.deliveries.get(act.connection, DeliveryId(target.of)).sent.party]
    found = platform.deliveries.of_digest(act.connection, target.of)
    return [delivery.sent.party for delivery in found] or [None]


def erase(platform: Platform, expunge: str, asker: Asker) -> Tombstone:
    """The second person's word, and the removing; repeat it when it was interrupted."""
    may(asker, Permission.EXPUNGE_CONFIRM)
    by = asker.by()
    with unit(platform.database) as act:
        if act.done(f"expunge:{expunge}") is None:
            confirm_expunge(act, by, expunge)
            act.remember(f"expunge:{expunge}", {})
    return carry_out(platform.database, PlatformEraser(platform), by, expunge)
