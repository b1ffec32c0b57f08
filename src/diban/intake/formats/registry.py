"""Which reader a file gets: by how its content begins, whatever it is called."""

from __future__ import annotations

import os
from pathlib import Path

from diban.intake.formats import gdal
from diban.intake.formats.geojson import GEOJSON
from diban.intake.formats.geopackage import GEOPACKAGE
from diban.intake.formats.reader import Reader
from diban.intake.sandbox.wire import Refusal

READERS: tuple[Reader, ...] = (GEOPACKAGE, GEOJSON)

_HEAD_BYTES = 4_096


def choose(path: Path) -> Reader:
    """The reader for this content; `Refusal` (``format-unknown``) when there is none."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    for reader in READERS:
        if reader.recognises(head):
            return reader
    raise Refusal("format-unknown", formats=", ".join(reader.name for reader in READERS))


def library_folders() -> list[Path]:
    """Folders with the libraries' own files: Python's, and those of what the readers use."""
    return [Path(os.__file__).parent, *gdal.library_folders()]
