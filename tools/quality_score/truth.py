"""What was planted in a sample city, and by which findings it should be found."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

CODES: dict[str, tuple[str, ...]] = {
    "missing-required": ("field.required",),
    "wrong-type": ("field.type",),
    "duplicate-key": ("key.repeated",),
    "unknown-code": ("field.code",),
    "unknown-district": ("field.reference", "field.code"),
    "unknown-office": ("field.reference",),
    "unknown-community": ("field.reference",),
    "unknown-building": ("field.reference",),
    "unknown-parcel": ("field.reference",),
    "repeated-value": ("field.repeated",),
    "out-of-range": ("field.range",),
    "bad-pattern": ("field.pattern",),
    "bad-credit-code": ("field.check",),
    "self-intersection": ("geometry.self-intersection",),
    "null-geometry": ("geometry.absent",),
    "empty-geometry": ("geometry.empty",),
    "exact-duplicate": ("duplicate.exact",),
    "near-duplicate": ("duplicate.near",),
    "outside-city": ("extent.outside",),
    "swapped-axes": ("extent.swapped",),
    "shifted": ("extent.displaced", "extent.moved"),
    "sliver": ("geometry.sliver",),
    "low-precision": ("geometry.precision",),
    "damaged-number": ("read.number-damaged", "read.number-inexact"),
    "mass-removal": ("change.removal",),
    "schema-drift": ("schema.new", "schema.missing", "schema.retyped"),
}
"""The codes by which each kind of planted error shows; any of them will do."""


@dataclass(frozen=True, slots=True)
class Error:
    """One planted error: the 1-based row (0: the file as a whole), what it is, the field ("": none)."""

    file: str
    row: int
    kind: str
    field: str


def read_truth(folder: Path) -> list[Error]:
    """The errors of ``truth/errors.csv``."""
    with (folder / "truth" / "errors.csv").open(encoding="utf-8-sig", newline="") as sheet:
        return [
            Error(line["file"], int(line["row"] or 0), line["kind"], line["field"])
            for line in csv.DictReader(sheet)
        ]
