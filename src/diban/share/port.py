"""What share needs of the journeys, which `diban.app` puts together from all rooms; wired there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pyarrow as pa

from diban.catalogue import KeptStyle, Resource, ResourceLayer, State, Style
from diban.governance import Asker, ChainVerdict, Key, Party, PartyKind, Role, Tombstone, Verdict
from diban.ground import Asset, DeliveryId, LayerId, LayerScope, Mode, PartyId, Text, VersionId
from diban.intake import Delivery, Mapping, Saved

CHANGE_KINDS = ("added", "changed", "removed")
REPAIRS = "repairs"


@dataclass(frozen=True, slots=True)
class Submission:
    """What a sender says of a finished upload: to which layer, what the file claims to be.

    ``upload`` is None for a confirmation that nothing changed. ``header`` tells whether the first row of a
    table names its columns, None when nothing is said of it. ``key`` is the sender's own idempotency
    key; without one the same upload with the same words is the same delivery, until that has ended
    without landing.
    """

    upload: str | None
    layer: str
    mode: Mode = Mode.FULL
    source_layer: str | None = None
    crs: str | None = None
    dry_run: bool = False
    accept_repairs: bool = False
    header: bool | None = None
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


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a delivery as a file that nobody else can open: its bytes are gone when it is closed.

    ``suffix`` tells its format; ``count`` rows are in it, ``whole`` when that is all there are.
    """

    stream: BinaryIO
    size: int
    suffix: str
    count: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its name, the sort of its values, and some of them as text."""

    name: str
    sort: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileColumns:
    """What a delivered file has: its format, the layer that was read, whether its rows have a geometry, in
    which columns of a table that stood, and its columns."""

    format: str
    layer: str
    placed: bool
    places: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class LayerMapping:
    """A layer as its sender maps to it: its resource, fields, the mapping, and the versions there are."""

    resource: Resource
    layer: ResourceLayer
    mapping: Mapping
    versions: tuple[Saved, ...]


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """A layer as its provider draws it: the style and its number (0: none was kept, it is the default),
    what the default is, and the versions there are, newest first."""

    resource: Resource
    layer: ResourceLayer
    number: int
    style: Style
    default: Style
    versions: tuple[KeptStyle, ...]


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

    def repair(self, asker: Asker, delivery: DeliveryId, accept: bool, why: str) -> Delivery:
        """The sender's word on proposed repairs: the worker takes it on, or it goes back."""

    def move(self, asker: Asker, resource: str, to: State, why: str) -> Resource:
        """A resource's next step, by the hand whose duty it is; in that state already, it stays so."""

    def confirm_erasure(self, asker: Asker, expunge: str) -> Tombstone:
        """The second person's word on an erasure; the worker carries it out."""

    def standing(self, delivery: Delivery) -> Standing:
        """How far the work on it is."""

    def changes(self, delivery: DeliveryId, kind: str, after: int, limit: int) -> Kept | None:
        """Features of a kind (added, changed, removed) behind the first ``after``, at most ``limit``.

        Of `REPAIRS`, each row's geometry by ``side``: ``delivered``, and ``proposed`` in its place.

        Only the first of each kind are kept, and a page is bounded in bytes; None when nothing is
        kept, or no longer.
        """

    def original(self, asker: Asker, delivery: Delivery) -> Path:
        """The file as it was sent; the audit notes who took it."""

    def asset(self, asker: Asker, layer: LayerId, version: VersionId, asset: Asset) -> Path:
        """The bytes of a version of a layer of files; the audit notes who took them."""

    def faulty_rows(self, asker: Asker, delivery: Delivery) -> Rows:
        """Its faulty rows in the format in which it was sent; the audit notes who took them."""

    def columns(self, asker: Asker, delivery: Delivery, header: bool | None = None) -> FileColumns:
        """The columns of its file with some values, by the first row's names or, without a ``header``, by
        position (None: as it was delivered); the audit notes who looked."""

    def mapping(self, asker: Asker, layer: str, number: int | None = None) -> LayerMapping:
        """How columns become the layer's fields, now or in an earlier version."""

    def save_mapping(self, asker: Asker, layer: str, value: dict[str, Any], on: int | None) -> LayerMapping:
        """Keep a mapping as the next version, if ``on`` (where given) is still the current one."""

    def style(self, asker: Asker, layer: str, number: int | None = None) -> LayerStyle:
        """How the layer is drawn, now or in an earlier version."""

    def save_style(
        self, asker: Asker, layer: str, value: dict[str, Any], why: str, on: int | None
    ) -> LayerStyle:
        """Keep a style as the next version, if ``on`` (where given) is still the current one."""

    def sign(self, message: bytes) -> tuple[str, str]:
        """The fingerprint of the platform's key, and its signature over the message in hex."""


@dataclass(frozen=True, slots=True)
class Health:
    """One thing that must be well, its value, and what helps when it is not."""

    name: str
    title: Text
    well: bool
    value: str
    remedy: Text | None


@dataclass(frozen=True, slots=True)
class SettingLine:
    """A setting in effect: its key, its value with secrets left out, and whether the file says it."""

    name: str
    value: str
    set_in_file: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """An installation: what must be well, what it was set to, what it takes and has left, in bytes."""

    healths: tuple[Health, ...]
    settings: tuple[SettingLine, ...]
    settings_file: str
    database_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A grant that is asked for: to which party (id, code or Chinese name; "" everybody) what of which
    layer, for what, on which basis, through which day of the city (None: until it is withdrawn)."""

    party: str
    layer: str
    limits: LayerScope
    purpose: str
    basis: str
    last_day: date | None = None


class Office(Protocol):
    """Administration. Every act checks who asks, leaves its audit line and can be repeated."""

    def issue_key(
        self, asker: Asker, purpose: str, until: datetime, once: str | None
    ) -> tuple[Key, str | None]:
        """A key for the asker's party, and its text; None for the text of one that was issued before.

        ``once`` is the asker's own word for this act: with the same word it is the same key.
        """

    def revoke_key(self, asker: Asker, key: str) -> None:
        """End a key of the asker's party for good."""

    def add_person(
        self, asker: Asker, login: str, name: Text, party: str, roles: frozenset[Role]
    ) -> str | None:
        """A new account, and its initial password; None for one that is there already and equal."""

    def set_roles(self, asker: Asker, login: str, roles: frozenset[Role]) -> None:
        """Give an account these roles and no others."""

    def set_open(self, asker: Asker, login: str, open_: bool) -> None:
        """Close an account, which ends its sessions and keys, or open it again."""

    def new_password(self, asker: Asker, login: str) -> str:
        """A fresh initial password, which also unlocks; sessions end."""

    def add_party(
        self, asker: Asker, kind: PartyKind, name: Text, code: str | None, parent: PartyId | None
    ) -> tuple[Party, bool]:
        """A party, and whether it is a new one: the same again changes nothing."""

    def rename_party(self, asker: Asker, party: PartyId, name: Text) -> Party:
        """Let a party have a new name from now on; the old one is kept with its time."""

    def set_party_open(self, asker: Asker, party: PartyId, open_: bool, why: str) -> Party:
        """Close a party that is no more, for a reason, or open it again; as it is already, it stays."""

    def give(self, asker: Asker, wanted: NewGrant, once: str | None) -> tuple[str, bool]:
        """The id of a grant, and whether it is a new one.

        ``once`` is the asker's own word for this act: with the same word it is the same grant.
        """

    def take_back(self, asker: Asker, grant: str, why: str) -> None:
        """Withdraw a grant for a reason; by the same person for the same reason again changes nothing."""

    def cancel_job(self, asker: Asker, job: str) -> None:
        """Stop a job; one that was stopped already stays so."""

    def retry_job(self, asker: Asker, job: str) -> None:
        """Let a failed or cancelled job start afresh; one that waits already stays so."""

    def verify_audit(self, asker: Asker) -> ChainVerdict:
        """Seal what waits, then read the whole chain again; on record."""

    def note_export(self, asker: Asker, lines: int) -> None:
        """Put on record that audit lines were taken as a file."""

    def condition(self, asker: Asker) -> Condition:
        """How the installation is, and what it was set to, for those who run it."""
