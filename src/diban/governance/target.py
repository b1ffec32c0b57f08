"""What is to be expunged, by hash or id: an original, a delivery, or rows of a layer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from diban.ground import Invalid, Text

MAX_FIDS = 100_000


class TargetKind(StrEnum):
    """What sort of thing is removed."""

    BLOB = "blob"
    """An original, by its SHA-256."""
    DELIVERY = "delivery"
    """Everything that a delivery brought: its original and its rows, in all versions."""
    ROWS = "rows"
    """Features of a layer by their fids, in all versions."""


@dataclass(frozen=True, slots=True)
class Target:
    """``of`` is a digest, a delivery id or a layer id; ``fids`` count for rows only."""

    kind: TargetKind
    of: str
    fids: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        digest = self.kind is not TargetKind.BLOB or re.fullmatch(r"[0-9a-f]{64}", self.of)
        fids = 0 < len(self.fids) <= MAX_FIDS if self.kind is TargetKind.ROWS else not self.fids
        if not (self.of and digest and fids):
            raise Invalid(
                Text(zh="清除对象写法有误", en="the target of the expunge is not understood"),
                field="target",
                limit=MAX_FIDS,
                remedy=Text(
                    zh="原件给 SHA-256，提交给编号，要素给图层与要素号",
                    en="name an original by SHA-256, a delivery by id, rows by layer and fids",
                ),
            )

    def as_json(self) -> dict[str, object]:
        """The form that the tombstone keeps."""
        return {"kind": self.kind.value, "of": self.of, "fids": list(self.fids)}

    @classmethod
    def from_json(cls, value: dict[str, object]) -> Target:
        """Read `as_json` back."""
        fids = value["fids"]
        assert isinstance(fids, list)
        return cls(TargetKind(str(value["kind"])), str(value["of"]), tuple(fids))
