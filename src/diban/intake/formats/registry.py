"""Which reader a file gets: by how its content begins, whatever it is called."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diban.intake.formats import gdal
from diban.intake.formats.archive import Archive
from diban.intake.formats.assets.registry import certain, choose_asset
from diban.intake.formats.csv import CSV
from diban.intake.formats.geojson import GEOJSON
from diban.intake.formats.geopackage import GEOPACKAGE
from diban.intake.formats.packed import gzip_reader, zip_reader
from diban.intake.formats.parquet import PARQUET
from diban.intake.formats.reader import HEAD_BYTES, Reader, Remarks, Source, Wanted
from diban.intake.formats.shapefile import SHAPEFILE
from diban.intake.formats.xlsx import XLSX, is_workbook
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

PLAIN: tuple[Reader, ...] = (GEOPACKAGE, SHAPEFILE, XLSX, PARQUET, GEOJSON, CSV)
"""Formats that may stand alone or packed, the most certain of their content first."""

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _plain(head: bytes) -> Reader:
    return _first(PLAIN, head)


_ZIP = zip_reader(_plain)


@contextmanager
def _open_office(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
    """A workbook; or an archive of data, whose first file only lies where a workbook's would."""
    with path.open("rb") as file:
        reader = XLSX if is_workbook(Archive(file, limits)) else _ZIP
    with reader.open(path, wanted, limits, remarks) as source:
        yield source


_OFFICE = Reader(XLSX.name, XLSX.recognises, _open_office)
READERS: tuple[Reader, ...] = (
    *(_OFFICE if reader is XLSX else reader for reader in PLAIN),
    _ZIP,
    gzip_reader(_plain),
)


def choose(path: Path, asset: str | None = None) -> Reader:
    """The reader for this content, as rows or as an ``asset`` of this kind; `Refusal` when there is none."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if asset is not None:
        return choose_asset(head, asset)
    if (whole := certain(head)) is not None:
        raise Refusal("asset-no-rows", format=whole[1].name, kind=whole[0])
    return _first(READERS, head)


def _first(readers: tuple[Reader, ...], head: bytes) -> Reader:
    for reader in readers:
        if reader.recognises(head):
            return reader
    if head.startswith(_OLD_OFFICE):
        raise Refusal("format-old")
    raise Refusal("format-unknown", formats=", ".join(reader.name for reader in READERS))


def library_folders() -> list[Path]:
    """Folders with the libraries' own files: Python's, and those of what the readers use."""
    return [Path(os.__file__).parent, *gdal.library_folders()]
