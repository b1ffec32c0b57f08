"""Packed uploads: a ZIP archive or a gzip file, unpacked to scratch and then read as what it holds."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from diban.intake.formats import dbf, shapefile
from diban.intake.formats.archive import SIGNATURES, Archive, Member
from diban.intake.formats.reader import HEAD_BYTES, Opener, Reader, Remarks, Source, Wanted
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

_GZIP = b"\x1f\x8b\x08"
_CHUNK = 1 << 20
_ENDINGS = (".gpkg", ".geojson", ".json", ".csv", ".tsv", ".xlsx", ".parquet", ".geoparquet")

Choose = Callable[[bytes], Reader]
"""The reader for a content's first bytes."""


@dataclass(frozen=True, slots=True)
class _Set:
    """What one layer, or one file of layers, in an archive is made of."""

    name: str
    rows: int | None
    members: dict[str, Member]


def zip_reader(choose: Choose) -> Reader:
    """ZIP archives of one of the formats, or of shapefiles, each of which is a layer."""
    return Reader("ZIP", lambda head: head.startswith(SIGNATURES), _zip_opener(choose))


def gzip_reader(choose: Choose) -> Reader:
    """Files packed with gzip (RFC 1952)."""
    return Reader("gzip", lambda head: head.startswith(_GZIP), _gzip_opener(choose))


def _zip_opener(choose: Choose) -> Opener:
    @contextmanager
    def open_zip(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
        """One layer of the archive; it must be named where there are several."""
        with path.open("rb") as file:
            archive = Archive(file, limits)
            chosen, inner = _chosen(_sets(archive, remarks), wanted.layer)
            wanted = replace(wanted, layer=inner)
            if shapefile.TABLE in chosen.members or shapefile.SHAPES in chosen.members:
                source = _shapefile(archive, chosen, wanted, limits, remarks)
                yield replace(source, format=f"{source.format} (ZIP)")
                return
            (member,) = chosen.members.values()
            reader = choose(archive.head(member, HEAD_BYTES))
            unpacked = archive.unpacked(member, wanted.scratch)
        with reader.open(unpacked, wanted, limits, remarks) as source:
            name = PurePosixPath(chosen.name).stem if source.layer == unpacked.stem else source.layer
            yield replace(source, format=f"{source.format} (ZIP)", layer=name)

    return open_zip


def _shapefile(archive: Archive, chosen: _Set, wanted: Wanted, limits: Limits, remarks: Remarks) -> Source:
    large = (shapefile.SHAPES, shapefile.TABLE, shapefile.INDEX)
    files = {
        ending: archive.unpacked(member, wanted.scratch)
        for ending, member in chosen.members.items()
        if ending in large
    }
    words = {ending: archive.word(member) for ending, member in chosen.members.items() if ending not in large}
    return shapefile.open_set(PurePosixPath(chosen.name).name, files, words, wanted, limits, remarks)


def _sets(archive: Archive, remarks: Remarks) -> list[_Set]:
    """The archive's shapefiles and other files of data; what is neither is remarked."""
    parts: dict[str, dict[str, Member]] = {}
    others = []
    for member in archive.members:
        if member.ending in shapefile.PARTS:
            parts.setdefault(member.stem.casefold(), {})[member.ending] = member
        elif not member.name.casefold().endswith(shapefile.BESIDE):
            others.append(member)
    found = []
    for members in parts.values():
        table = members.get(shapefile.TABLE)
        if table is not None or shapefile.SHAPES in members:
            rows = None if table is None else dbf.rows_said(archive.head(table, dbf.HEAD.size))
            found.append(_Set(next(iter(members.values())).stem, rows, members))
    data = [member for member in others if member.ending in _ENDINGS]
    data = data or (others if not found else [])
    for member in others:
        if member not in data:
            remarks.add("archive-ignored", member.name)
    return found + [_Set(member.name, None, {"": member}) for member in data]


def _chosen(sets: Sequence[_Set], layer: str | None) -> tuple[_Set, str | None]:
    """The one that is meant, and the layer that is meant within it."""
    if not sets:
        raise Refusal("archive-empty")
    shown = ", ".join(one.name if one.rows is None else f"{one.name} ({one.rows})" for one in sets)
    if layer is None:
        if len(sets) > 1:
            raise Refusal("layer-needed", layers=shown)
        return sets[0], None
    for one in sets:
        if layer in (one.name, PurePosixPath(one.name).stem, PurePosixPath(one.name).name):
            return one, None
        if layer.startswith(f"{one.name}/"):
            return one, layer.removeprefix(f"{one.name}/")
    if len(sets) == 1 and sets[0].rows is None and "" in sets[0].members:
        return sets[0], layer
    raise Refusal("layer-unknown", layer=layer, layers=shown)


def _gzip_opener(choose: Choose) -> Opener:
    @contextmanager
    def open_gzip(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
        """The packed file, read as what it is."""
        most = min(max(limits.ratio * path.stat().st_size, _CHUNK), limits.decoded)
        with path.open("rb") as file, gzip.GzipFile(fileobj=file) as stream:
            unpacked = wanted.scratch.keep(_capped(stream, most))
        with unpacked.open("rb") as file:
            reader = choose(file.read(HEAD_BYTES))
        with reader.open(unpacked, wanted, limits, remarks) as source:
            name = "upload" if source.layer == unpacked.stem else source.layer
            yield replace(source, format=f"{source.format} (gzip)", layer=name)

    return open_gzip


def _capped(stream: gzip.GzipFile, most: int) -> Iterator[bytes]:
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > most:
            raise Refusal("archive-ratio", name="gzip")
        yield chunk
