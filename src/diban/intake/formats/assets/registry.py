"""Which reader a file that is kept whole gets: by its kind and how its content begins."""

from __future__ import annotations

from diban.intake.formats.assets.geotiff import GEOTIFF
from diban.intake.formats.assets.heic import HEIC
from diban.intake.formats.assets.jpeg import JPEG
from diban.intake.formats.assets.office import OFFICE
from diban.intake.formats.assets.pdf import PDF
from diban.intake.formats.assets.plain_text import TEXT
from diban.intake.formats.assets.png import PNG
from diban.intake.formats.assets.webp import WEBP
from diban.intake.formats.reader import Reader
from diban.intake.sandbox.wire import Refusal

OF_KIND: dict[str, tuple[Reader, ...]] = {
    "raster": (GEOTIFF,),
    "photo": (JPEG, PNG, WEBP, HEIC),
    "document": (PDF, OFFICE, TEXT),
}
"""The readers of each kind of asset, the most certain of their content first."""

CERTAIN = {"raster": (GEOTIFF,), "photo": (JPEG, PNG, WEBP, HEIC), "document": (PDF,)}
"""Those whose content no other format begins with."""

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def choose_asset(head: bytes, kind: str) -> Reader:
    """The reader of this kind for a content; `Refusal` when it is of another kind, or of none."""
    if kind == "document" and head.startswith(_OLD_OFFICE):
        raise Refusal("document-old")
    found = certain(head)
    if found is not None and found[0] != kind:
        raise Refusal("asset-other", format=found[1].name, kind=kind, formats=_names(kind))
    for reader in OF_KIND[kind]:
        if reader.recognises(head):
            return reader
    raise Refusal("asset-unknown", formats=_names(kind))


def certain(head: bytes) -> tuple[str, Reader] | None:
    """The kind of asset that a content surely is, with its reader."""
    for kind, readers in CERTAIN.items():
        for reader in readers:
            if reader.recognises(head):
                return kind, reader
    return None


def _names(kind: str) -> str:
    return ", ".join(reader.name for reader in OF_KIND[kind])
