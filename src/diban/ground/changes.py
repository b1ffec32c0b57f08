"""What a delivery would change, as a value: computed before review, shown, then landed or not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from diban.ground.features import FeatureSet
from diban.ground.hashing import ContentHash
from diban.ground.ids import LayerId, VersionId


class Mode(StrEnum):
    """What a delivery claims to be."""

    FULL = "full"
    """All rows: what is not in it ends."""
    CHANGES = "changes"
    """Only changed and new rows: what is not in it stays."""
    UNCHANGED = "unchanged"
    """A confirmation that nothing changed; carries no rows."""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """The difference between a delivery and one version of a layer.

    ``on`` is the version it was computed on (None for an empty layer); landing it on any other
    raises `Conflict`. ``features`` are the delivered rows with their hashes; ``plan`` is the
    folder that says what becomes of each (see `diban.base`), None when every row is new.
    ``content`` is the content hash of the layer as it will be, ``before`` its present row count.
    """

    layer: LayerId
    on: VersionId | None
    mode: Mode
    features: FeatureSet
    plan: Path | None
    before: int
    added: int
    changed: int
    removed: int
    content: ContentHash

    @property
    def empty(self) -> bool:
        """Whether landing it would leave the layer as it is."""
        return not (self.added or self.changed or self.removed)

    @property
    def unchanged(self) -> int:
        """How many rows stay as they are."""
        return self.before - self.changed - self.removed

    @property
    def removed_share(self) -> float:
        """The share of the layer's rows that it ends, 0 to 1."""
        return self.removed / self.before if self.before else 0.0
