"""The facts of one file as a `Source` of one row, and the bounds that hold for every picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from diban.intake.formats.reader import GEOMETRY, ROW, Source
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

_TYPES = {
    "media_type": pa.string(),
    "width": pa.int64(),
    "height": pa.int64(),
    "bands": pa.int64(),
    "sample_type": pa.string(),
    "pixel_width": pa.float64(),
    "pixel_height": pa.float64(),
    "pages": pa.int64(),
    "taken_at": pa.string(),
}
WGS84 = "EPSG:4326"

Fact = str | int | float | None


def one_row(
    name: str,
    facts: Mapping[str, Fact],
    *,
    shape: bytes | None = None,
    geometry_type: str | None = None,
    crs: str | None = None,
) -> Source:
    """A file of the format ``name``: one row of its ``facts`` and, unless a document, its WKB ``shape``."""
    columns = {key: pa.array([value], _TYPES[key]) for key, value in facts.items()}
    if geometry_type is not None:
        columns[GEOMETRY] = pa.array([shape], pa.binary())
    batch = pa.RecordBatch.from_pydict({**columns, ROW: pa.array([1], pa.int64())})
    return Source(
        format=name,
        layer=name,
        rows=1,
        crs=crs,
        crs_declared=crs is not None,
        geometry_type=geometry_type,
        id_name=None,
        schema=batch.schema,
        batches=iter([batch]),
    )


def photo(
    media_type: str, name: str, width: int, height: int, taken: tuple[str | None, bytes | None]
) -> Source:
    """A photo: its pixels, and when and where it was taken as far as it says so."""
    facts: dict[str, Fact] = {
        "media_type": media_type,
        "width": width,
        "height": height,
        "taken_at": taken[0],
    }
    return one_row(name, facts, shape=taken[1], geometry_type="Point", crs=WGS84)


def document(media_type: str, name: str, pages: int | None) -> Source:
    """A document without a place."""
    return one_row(name, {"media_type": media_type, "pages": pages})


def require_no_bomb(width: int, height: int, bits: int, path: Path, limits: Limits) -> None:
    """Refuse pixels that nobody could have drawn, or that swell far beyond their file when decoded.

    ``bits`` are those of one pixel over all bands.
    """
    if width <= 0 or height <= 0 or bits <= 0:
        raise Refusal("read-damaged", detail=f"{width} × {height} pixels of {bits} bits")
    decoded = (width * height * bits + 7) // 8
    if decoded > max(limits.memory, limits.ratio * path.stat().st_size):
        raise Refusal("raster-bomb", width=width, height=height, bytes=decoded)


def point(x: float, y: float) -> bytes:
    """WKB of a point."""
    return b"\x01\x01\x00\x00\x00" + np.array([x, y], "<f8").tobytes()


def polygon(ring: Sequence[tuple[float, float]]) -> bytes:
    """WKB of a polygon of one closed ring."""
    head = b"\x01\x03\x00\x00\x00\x01\x00\x00\x00" + len(ring).to_bytes(4, "little")
    return head + np.array(ring, "<f8").tobytes()
