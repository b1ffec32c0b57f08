"""What was received and what became of it, under the platform's signature."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from diban.ground import Mode
from diban.intake import DeliveryState
from diban.share.shapes.delivery import Change
from diban.share.shapes.told import told
from diban.share.shapes.words import Moment, PartyName, Text


@told
class ReceiptResource(TypedDict):
    """The resource that a delivery was for."""

    slug: str
    code: str
    title: Text


@told
class ReceiptFile(TypedDict):
    """The file as it was sent."""

    name: str
    size: int
    sha256: str


@told
class ReceiptMove(TypedDict):
    """When the delivery came into which state."""

    at: Moment
    state: DeliveryState


@told
class ReceiptQuality(TypedDict):
    """What the checks found, in numbers."""

    passed: bool | None
    score: float | None
    rows: int | None
    faulty_rows: int | None


@told
class ReceiptVersion(TypedDict):
    """The version that the delivery became; ``content`` is the hash of its rows."""

    id: str
    rows: int
    content: str


@told
class ReceiptText(TypedDict):
    """The receipt itself."""

    kind: Literal["diban.receipt"]
    issuer: Text
    delivery: str
    resource: ReceiptResource
    layer: str | None
    provider: PartyName
    file: ReceiptFile
    mode: Mode
    dry_run: bool
    received_at: Moment
    state: DeliveryState
    state_title: Text
    moves: list[ReceiptMove]
    quality: ReceiptQuality
    change: Change | None
    version: ReceiptVersion | None


@told
class Signature(TypedDict):
    """A signature in hex, and the fingerprint of the key."""

    algorithm: Literal["Ed25519"]
    key: str
    value: str


@told
class Receipt(TypedDict):
    """The receipt, the very text that is signed, and the signature."""

    receipt: ReceiptText
    signed: str
    signature: Signature
