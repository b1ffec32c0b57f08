"""What share needs of the journeys, which `diban.app` puts together from all rooms; wired there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from diban.governance import Asker, Verdict
from diban.ground import Asset, DeliveryId, LayerId, Mode, Text, VersionId
from diban.intake import Delivery

CHANGE_KINDS = ("added", "changed", "removed")


@dataclass(frozen=True, slots=True)
class Submission:
    """What a sender says of a finished upload: to which layer, what the file claims to be.

    ``upload`` is None for a confirmation that nothing changed. ``key`` is the sender's own idempotency
    key; without one the same upload with the same words is the same delivery, until that has ended
    without landing.
    """

    upload: str | None
    layer: str
    mode: Mode = Mode.FULL
    source_layer: str | None = None
    crs: str | None = None
    dry_run: bool = False
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """How far one step of a journey is: features (or bytes) done, out of how many if known."""

    name: str
    words: Text
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the work on a delivery stands: ``waiting``, ``running``, ``done``, ``failed``, ``cancelled``."""

    work: str
    attempts: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A page of the features that a delivery changes: ``_row``, ``_fid``, fields, geometry.

    ``of`` says how many of the kind are kept, which may be fewer than are changed.
    """

    features: pa.RecordBatch
    of: int


class Journey(Protocol):
    """Deliveries on their road. Every act checks who asks, leaves its audit line and can be repeated."""

    def submit(self, asker: Asker, submission: Submission) -> tuple[Delivery, bool]:
        """Register a delivery and let the worker take it on; and whether it is a new one."""

    def withdraw(self, asker: Asker, delivery: DeliveryId, why: str) -> Delivery:
        """Take a delivery back before it lands."""

    def answer(self, asker: Asker, delivery: DeliveryId, crs: str) -> Delivery:
        """The sender's word on coordinates that were asked about; the worker takes it on."""

    def review(self, asker: Asker, delivery: DeliveryId, verdict: Verdict, why: str) -> Delivery:
        """A person's word on a delivery that waits for one; the worker takes it on."""

    def standing(self, delivery: Delivery) -> Standing:
        """How far the work on it is."""

    def changes(self, delivery: DeliveryId, kind: str, after: int, limit: int) -> Kept | None:
        """Features of a kind (added, changed, removed) behind the first ``after``, at most ``limit``.

        Only the first of each kind are kept, and a page is bounded in bytes; None when nothing is
        kept, or no longer.
        """

    def original(self, asker: Asker, delivery: Delivery) -> Path:
        """The file as it was sent; the audit notes who took it."""

    def asset(self, asker: Asker, layer: LayerId, version: VersionId, asset: Asset) -> Path:
        """The bytes of a version of a layer of files; the audit notes who took them."""

    def sign(self, message: bytes) -> tuple[str, str]:
        """The fingerprint of the platform's key, and its signature over the message in hex."""
