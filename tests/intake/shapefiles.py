"""Shapefiles as departments and their software write them, byte by byte where GDAL would not do so."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyogrio
import shapely

Field = tuple[str, str, int, int]
"""Name, type, width and decimals."""


def dbf(
    fields: Sequence[Field], rows: Sequence[Sequence[str | bytes]], encoding: str = "gbk", language: int = 0
) -> bytes:
    """A .dbf; a row whose first cell begins with ``*deleted*`` is marked so."""
    width = 1 + sum(field[2] for field in fields)
    head = struct.pack("<BBBBIHH", 3, 124, 1, 31, len(rows), 33 + 32 * len(fields), width)
    out = bytearray(head + bytes(17) + bytes([language]) + bytes(2))
    for name, kind, size, scale in fields:
        out += struct.pack("<11scIBB14x", name.encode(encoding), kind.encode(), 0, size, scale)
    out += b"\r"
    for row in rows:
        cells = [cell if isinstance(cell, bytes) else cell.encode(encoding) for cell in row]
        deleted = cells[0].startswith(b"*deleted*")
        out += b"*" if deleted else b" "
        cells[0] = cells[0].removeprefix(b"*deleted*")
        for cell, (_, kind, size, _) in zip(cells, fields, strict=True):
            out += cell.rjust(size)[:size] if kind in "NF" else cell.ljust(size)[:size]
    return bytes(out + b"\x1a")


def shp(code: int, contents: Sequence[bytes]) -> tuple[bytes, bytes]:
    """A .shp and its .shx with these records' contents."""
    at, records, index = 100, b"", b""
    for number, content in enumerate(contents, 1):
        index += struct.pack(">ii", at // 2, len(content) // 2)
        records += struct.pack(">ii", number, len(content) // 2) + content
        at += 8 + len(content)
    head = struct.pack(">i20xi", 9994, at // 2) + struct.pack("<ii64x", 1000, code)
    short = struct.pack(">i20xi", 9994, (100 + len(index)) // 2) + struct.pack("<ii64x", 1000, code)
    return head + records, short + index


def point(x: float, y: float) -> bytes:
    """The content of a point's record."""
    return struct.pack("<idd", 1, x, y)


def polygon(*rings: Sequence[tuple[float, float]], code: int = 5, more: bytes = b"") -> bytes:
    """The content of a polygon's record, or with another ``code`` of a line's."""
    starts, flat = [0], [place for ring in rings for place in ring]
    for ring in rings[:-1]:
        starts.append(starts[-1] + len(ring))
    head = struct.pack(f"<i32xii{len(rings)}i", code, len(rings), len(flat), *starts)
    return head + b"".join(struct.pack("<dd", *place) for place in flat) + more


NULL = struct.pack("<i", 0)


def square(x: float, y: float, size: float, *, hole: bool = False) -> list[tuple[float, float]]:
    """A ring, clockwise unless it is a hole."""
    ring = [(x, y), (x, y + size), (x + size, y + size), (x + size, y), (x, y)]
    return ring[::-1] if hole else ring


def points_set(
    rows: Sequence[Sequence[str | bytes]], fields: Sequence[Field], **said: object
) -> dict[str, bytes]:
    """A shapefile of points, one per row, by ending."""
    shapes, index = shp(1, [point(114 + i / 100, 22.5) for i in range(len(rows))])
    return {".shp": shapes, ".shx": index, ".dbf": dbf(fields, rows, **said)}  # type: ignore[arg-type]  # passed on


def packed(folder: Path, files: Mapping[str, bytes], name: str = "upload.zip") -> Path:
    """A ZIP of these files."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in files.items():
            archive.writestr(member, content)
    return path


def named(stem: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Endings as files of one name."""
    return {f"{stem}{ending}": content for ending, content in files.items()}


def written(folder: Path, geometries: Sequence[shapely.Geometry], kind: str, name: str = "written") -> Path:
    """What GDAL writes of these geometries, in a ZIP."""
    table = pa.table({
        "名称": [f"第{i}" for i in range(len(geometries))],
        "geometry": pa.array(shapely.to_wkb(geometries, flavor="iso"), pa.binary()),
    })  # fmt: skip
    target = folder / f"{name}.shp"
    pyogrio.write_arrow(
        table, target, driver="ESRI Shapefile", geometry_name="geometry", geometry_type=kind, crs="EPSG:4490",
        ENCODING="UTF-8",
    )  # fmt: skip
    parts = {path.name: path.read_bytes() for path in folder.glob(f"{name}.*")}
    return packed(folder, parts)
